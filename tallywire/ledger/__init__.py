"""The ledger: claims to figures.  What each claim does to what is known, and why.

`take` puts an article into a story's ledger, `adopt` another story that is the same, `wait` lets time pass over it,
`view` shows it.  A ledger keeps every
claim with who vouches for it, through which text, as of when; nothing is overwritten.  `docs/explanation/ledger.md`
tells the rules.
"""

from tallywire.ledger.book import Lore, Outcome, adopt, take, wait
from tallywire.ledger.policy import Consensus, Policy
from tallywire.ledger.state import Ledger
from tallywire.ledger.view import view

__all__ = ["Consensus", "Ledger", "Lore", "Outcome", "Policy", "adopt", "take", "view", "wait"]
