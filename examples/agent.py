"""An agent's first held call: it asks, waits for a human, and runs what was approved, once.

    signoff serve --policy examples/policy.yaml
    signoff agent create support --owner you@example.com --actions refund --policy examples/policy.yaml
    SIGNOFF_TOKEN=... python examples/agent.py

The card appears on the desk; `signoff desk link lee@acme.test --policy examples/policy.yaml` signs a reviewer in.
"""

import os
import uuid

from agentapprovalprotocol import Call, Client, Gate

url = os.environ.get("SIGNOFF_URL", "http://127.0.0.1:8650")
gate = Gate(Client(f"{url}/api/aap", os.environ["SIGNOFF_TOKEN"]))
call = Call(
    key=f"refund-{uuid.uuid4()}",  # names this call: asked again with the same key, it gets the same answer
    tool="issue_refund",
    arguments={"order_id": "O-1187", "amount": "129.00", "reason": "Never delivered."},
    reasoning="The carrier confirms that the parcel is lost.",
    context={"customer": "C-1187", "customer_name": "Ben Okafor", "session": "chat-7"},
)
with gate.guard(call) as verdict:  # waits for the human; reports the outcome when the block ends
    if verdict:
        print("refunding", call.arguments)  # here your own tool runs
    else:
        print("not run:", verdict.reason)
