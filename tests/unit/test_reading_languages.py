"""Languages: which one a text is in, and whole articles of each that can be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tallywire.reading import read
from tallywire.reading.language import language_of
from tallywire.reading.lexicon import languages, load
from tallywire.records import Article, Bounds, Extract, Metric, Quantifier

DAY = datetime(2024, 6, 1, tzinfo=UTC)


def extract(title: str, body: str) -> Extract:
    return read(Article(id="1", title=title, body=body, arrived=DAY))


def test_four_languages_can_be_read() -> None:
    assert {"en", "es", "fr", "pt"} <= set(languages())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Raid kills 55 troops", "en"),
        ("Twelve miners are dead after a blast in Mirna.", "en"),
        ("Treinta y un mineros murieron.", "es"),
        ("Un muerto y dos heridos en un tiroteo en Mirna", "es"),
        ("Douze personnes ont été tuées à Sarpe.", "fr"),
        ("Le bilan s'alourdit à 31 morts", "fr"),
        ("A cidade fica a 12 quilómetros da fronteira.", "pt"),
        ("Acidente deixa três mortos na rodovia", "pt"),
        ("Tre persone sono morte in un incidente stradale.", "it"),
        ("Almenys tres persones han mort en un accident.", "ca"),
        ("Doce persoas resultaron feridas tras o choque.", "gl"),
        ("Mindestens zwölf Menschen sind ums Leben gekommen.", "de"),
        ("12 - 14 / 15", "und"),
    ],
)
def test_the_language_of_a_sentence(text: str, language: str) -> None:
    assert language_of(text, languages()) == language


@pytest.mark.parametrize(
    "text",
    [
        "Tre persone sono morte e 12 sono rimaste ferite in un incidente, ha detto la polizia.",
        "Mindestens 12 Menschen sind ums Leben gekommen, teilte die Polizei mit.",
        "Zeker 12 mensen zijn om het leven gekomen bij een ongeval in de haven.",
        "Cel puțin 12 persoane au murit într-un accident produs duminică.",
    ],
)
def test_a_language_that_cannot_be_read_gives_no_claims(text: str) -> None:
    told = extract("", text)
    assert told.language not in languages()
    assert told.claims == ()
    assert told.tally == {}


@pytest.mark.parametrize(
    ("language", "text", "low", "high", "quantifier"),
    [
        ("es", "1.200", 1200, 1200, Quantifier.EXACT),
        ("es", "1,200", 1200, 1200, Quantifier.EXACT),
        ("es", "1,2 millones", 1_200_000, 1_200_000, Quantifier.EXACT),
        ("es", "3 mil 500", 3500, 3500, Quantifier.EXACT),
        ("es", "ciento veintitrés mil", 123_000, 123_000, Quantifier.EXACT),
        ("es", "una treintena", 30, 30, Quantifier.ABOUT),
        ("es", "decenas de miles", 20_000, None, Quantifier.VAGUE),
        ("es", "medio millón", 500_000, 500_000, Quantifier.ABOUT),
        ("fr", "1 200", 1200, 1200, Quantifier.EXACT),
        ("fr", "1,2 million", 1_200_000, 1_200_000, Quantifier.EXACT),
        ("fr", "soixante et onze", 71, 71, Quantifier.EXACT),
        ("fr", "soixante-dix-sept", 77, 77, Quantifier.EXACT),
        ("fr", "quatre-vingt-dix-neuf", 99, 99, Quantifier.EXACT),
        ("fr", "quatre-vingts", 80, 80, Quantifier.EXACT),
        ("fr", "vingt-et-un", 21, 21, Quantifier.EXACT),
        ("fr", "deux mille cinq cents", 2500, 2500, Quantifier.EXACT),
        ("fr", "septante-trois", 73, 73, Quantifier.EXACT),
        ("fr", "une cinquantaine", 50, 50, Quantifier.ABOUT),
        ("fr", "plusieurs dizaines", 30, None, Quantifier.VAGUE),
        ("fr", "centaines de milliers", 200_000, None, Quantifier.VAGUE),
        ("pt", "3.500", 3500, 3500, Quantifier.EXACT),
        ("pt", "3,4 mil", 3400, 3400, Quantifier.EXACT),
        ("pt", "mil e duzentas", 1200, 1200, Quantifier.EXACT),
        ("pt", "cento e vinte e três", 123, 123, Quantifier.EXACT),
        ("pt", "meia dúzia", 6, 6, Quantifier.ABOUT),
        ("pt", "uma centena", 100, 100, Quantifier.ABOUT),
        ("pt", "dezenas de milhares", 20_000, None, Quantifier.VAGUE),
    ],
)
def test_numbers(language: str, text: str, low: int, high: int | None, quantifier: Quantifier) -> None:
    plain = str.maketrans("éêóúã", "eeoua")
    words = text.translate(plain).split()
    found = load(language).numbers.read(words, 0)
    assert found is not None
    number, end = found
    assert (number.low, number.high, number.quantifier, end) == (low, high, quantifier, len(words))


SPANISH = """MIRNA (EFE) - Al menos 23 personas murieron y otras 41 resultaron heridas este martes al volcar un autobús
en la sierra de Tolar, informó Protección Civil.

El autobús, que llevaba a 70 pasajeros, se salió de la carretera a las 6.40 y cayó por un barranco de 80 metros.
Entre los fallecidos hay cuatro niños, dijo el gobernador, Ramiro Ostos. "Es una tragedia", agregó.

Doce de los heridos están en estado grave. El chofer, de 54 años, fue detenido.

En 2016 otro accidente en la misma carretera causó 19 muertos.
"""
FRENCH = """MIRNA (AFP) - Au moins 31 personnes ont été tuées et une soixantaine blessées dimanche dans un attentat à la
voiture piégée devant un marché d'Olveda, selon un nouveau bilan du ministère de l'Intérieur.

Un précédent bilan faisait état de 19 morts.

Parmi les morts figurent sept enfants, a précisé le gouverneur, Alain Brossard. L'attentat n'a pas été revendiqué.

Deux suspects ont été arrêtés. En 2015, une attaque avait fait 12 morts dans la même ville, qui compte 300 000
habitants.
"""
PORTUGUESE = """Mirna, 12 (Lusa) - Subiu para 48 o número de mortos nas inundações que atingem desde sexta-feira o norte
de Arda, informou a Defesa Civil.

Há ainda 15 desaparecidos e mais de 2.300 pessoas estão desalojadas. Entre os mortos estão seis crianças.

"Nunca vimos nada assim", disse o prefeito de Sarpe, Rui Tavares, de 61 anos. A chuva destruiu 140 casas e três
pontes; o prejuízo passa de 12 milhões de euros.

Em 2009, as cheias mataram 90 pessoas na mesma região.
"""


@pytest.mark.parametrize(
    ("title", "body", "language", "agency", "tally"),
    [
        (
            "Al menos 23 muertos al volcar un autobús en Tolar",
            SPANISH,
            "es",
            "EFE",
            {
                Metric.KILLED: Bounds(23, None),
                Metric.INJURED: Bounds(41, 41),
                Metric.DETAINED: Bounds(1, 1),
            },
        ),
        (
            "Attentat à Olveda : le bilan passe de 19 à 31 morts",
            FRENCH,
            "fr",
            "AFP",
            {
                Metric.KILLED: Bounds(31, 31),
                Metric.INJURED: Bounds(60, 60),
                Metric.DETAINED: Bounds(2, 2),
            },
        ),
        (
            "Sobe para 48 o número de mortos nas cheias em Arda",
            PORTUGUESE,
            "pt",
            "Lusa",
            {
                Metric.KILLED: Bounds(48, 48),
                Metric.MISSING: Bounds(15, 15),
                Metric.DISPLACED: Bounds(2300, None),
            },
        ),
    ],
)
def test_an_article(title: str, body: str, language: str, agency: str, tally: dict[Metric, Bounds]) -> None:
    told = extract(title, body)
    assert (told.language, told.agency) == (language, agency)
    assert told.tally == tally
    for claim in told.claims:
        text = title if claim.evidence.field == "title" else body
        assert text[claim.evidence.start : claim.evidence.end] == claim.evidence.quote
