"""Second readers: what is asked about the sentences that our own grammar leaves over."""
