"""Microsoft's clouds: where each keeps what a bot of Teams needs.

Those of the US government: https://learn.microsoft.com/en-us/azure/bot-service/how-to-deploy-gov-cloud-high. China:
https://docs.azure.cn/en-us/bot-service/how-to-deploy-china-cloud. Connectors before anything came from a tenant:
https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages and
https://microsoft.github.io/teams-sdk/python/essentials/app-configuration/service-url-validation
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud; the worldwide one by default."""

    openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    issuer: str = "https://api.botframework.com"
    login_url: str = "https://login.microsoftonline.com/"
    scope: str = "https://api.botframework.com"
    service_url: str = "https://smba.trafficmanager.net/teams/"
    """Where the connector is for a tenant from which nothing came yet."""


PUBLIC = Cloud()
GCC = replace(PUBLIC, service_url="https://smba.infra.gcc.teams.microsoft.com/teams/")
US_GOVERNMENT = Cloud(
    openid_url="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
    issuer="https://api.botframework.us",
    login_url="https://login.microsoftonline.us/",
    scope="https://api.botframework.us",
    service_url="https://smba.infra.gov.teams.microsoft.us/teams/",
)
"""GCC High."""
DOD = replace(US_GOVERNMENT, service_url="https://smba.infra.dod.teams.microsoft.us/teams/")
CHINA = Cloud(
    openid_url="https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
    issuer="https://api.botframework.azure.cn",
    login_url="https://login.partner.microsoftonline.cn/",
    scope="https://api.botframework.azure.cn",
    service_url="https://frontend.botapi.msg.infra.teams.microsoftonline.cn/teams/",
)
"""Of its connector Microsoft names the host alone; the first call from the tenant tells the whole address."""

CLOUDS: dict[str, Cloud] = {
    "public": PUBLIC,
    "gcc": GCC,
    "us_government": US_GOVERNMENT,
    "dod": DOD,
    "china": CHINA,
}
"""By the name that the settings know."""
