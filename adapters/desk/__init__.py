"""The desk: our own web page, the third surface beside Slack and Teams. Plain forms that scripts only make nicer."""
