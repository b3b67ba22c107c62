"""One landslide told as two stories, a coach that is buried and a railway that is blocked, until articles tell both."""

from __future__ import annotations

from tallywire.records import Article
from tests.support.news import article

_TEXTS = """
coach-1: Landslide buries coach near Orvel
A landslide buried a coach on the road above Orvel on Sunday, killing at least six people, the mountain rescue service
said. The coach was carrying pilgrims to the shrine of Saint Maren.

coach-2: Orvel landslide: rescuers dig for pilgrims in buried coach
Rescuers dug through mud above Orvel for pilgrims whose coach was buried by a landslide. The mountain rescue service
said at least six people had been killed.

rail-1: Hillside collapses in Tarn gorge after days of rain
A hillside collapsed in the Tarn gorge after days of rain, and four people were killed, police in the province of Hesk
said. Twelve people were injured. The railway through the gorge is blocked.

rail-2: Tarn gorge hillside collapse blocks railway in Hesk
The hillside that collapsed in the Tarn gorge has blocked the railway to Hesk. Police said four people were killed.

both-1: Orvel landslide: coach of pilgrims lies below hillside that collapsed in Tarn gorge
The coach of pilgrims buried by a landslide near Orvel lies under the hillside that collapsed in the Tarn gorge after
days of rain, police in Hesk said. The railway is blocked, and the mountain rescue service is digging.

both-2: Tarn gorge landslide: pilgrims' coach found near Orvel railway
The landslide in the Tarn gorge near Orvel buried the coach of the pilgrims and the railway, police in Hesk and the
mountain rescue service said. Rescuers are digging.

both-3: Rescuers reach pilgrims' coach under Tarn gorge hillside near Orvel
Rescuers in the Tarn gorge near Orvel have reached the coach of pilgrims under the hillside that collapsed on the
railway. Nine people were killed in the landslide, the mountain rescue service said.

late: Railway through Tarn gorge to stay blocked
The railway through the Tarn gorge to Hesk, blocked by the hillside that collapsed, will not open for weeks.
"""


def articles(start: float = 13.0) -> list[Article]:
    """The articles in order, one an hour: two of the coach, two of the railway, three of both, one late."""
    made = []
    for number, block in enumerate(_TEXTS.strip().split("\n\n")):
        head, body = block.split("\n", 1)
        name, title = head.split(": ", 1)
        made.append(article(name, title, body.replace("\n", " "), hours=start + number))
    return made
