"""What the reader of actors takes from one or two sentences, phenomenon by phenomenon: the people, exactly."""

import pytest

from tests.support.actors_reading import people, read

TITLES = [
    (
        "Defence Minister Anselm Torvald said the border would stay shut.",
        {"Anselm Torvald": "Defence Minister"},
    ),
    ("Acting HVPD Chief Ilse Marchetti arrived on Monday.", {"Ilse Marchetti": "Acting HVPD Chief"}),
    ("Ruritanian President Ilse Marchetti arrived on Monday.", {"Ilse Marchetti": "Ruritanian President"}),
    (
        "Venezuelan Defence Minister Aurelio Pinzon spoke first.",
        {"Aurelio Pinzon": "Venezuelan Defence Minister"},
    ),
    ("Mexico's President Beatriz Olmedo urged calm.", {"Beatriz Olmedo": "Mexico's President"}),
    (
        "The decree was signed by former interior minister Pavel Hruska.",
        {"Pavel Hruska": "former interior minister"},
    ),
    ("Secretary of State Norah Quillfeather flew home.", {"Norah Quillfeather": "Secretary of State"}),
    ("Lt. Col. Brandt Okafor commanded the unit.", {"Brandt Okafor": "Lt. Col."}),
    ("Police Chief Marguerite Stoll told reporters nothing.", {"Marguerite Stoll": "Police Chief"}),
    (
        "Fallowdale Police Chief Ewan Birtwhistle confirmed the arrest.",
        {"Ewan Birtwhistle": "Fallowdale Police Chief"},
    ),
    ("It was chief of police Harlan Voss who gave the order.", {"Harlan Voss": "chief of police"}),
    ("Attorney General Odile Fontaine dropped the case.", {"Odile Fontaine": "Attorney General"}),
    ("Vice President Tomas Ahlgren resigned.", {"Tomas Ahlgren": "Vice President"}),
    ("Crown Prince Yazid bin Talal received them.", {"Yazid bin Talal": "Crown Prince"}),
    ("Pope Hilarion blessed the crowd.", {"Hilarion": "Pope"}),
    ("King Osric opened parliament.", {"Osric": "King"}),
    ("Judge Philippa Ransome sentenced both men.", {"Philippa Ransome": "Judge"}),
    ("Spokeswoman Inge Lindqvist declined to comment.", {"Inge Lindqvist": "Spokeswoman"}),
    (
        "Navy spokesman Rear Admiral Kofi Mensah-Boyle denied it.",
        {"Kofi Mensah-Boyle": "Navy spokesman Rear Admiral"},
    ),
    ("Mr. Grimsditch was not at home.", {"Grimsditch": ""}),
    ("Dr. Amara Osei-Tutu treated the wounded.", {"Amara Osei-Tutu": ""}),
    (
        "The rapper Lil Tango and singer Rosalba Vane performed.",
        {"Lil Tango": "rapper", "Rosalba Vane": "singer"},
    ),
    ("Union leader Caspar Nkemelu called a strike.", {"Caspar Nkemelu": "Union leader"}),
    (
        "Prime Minister of Australia Delphine Marsh was absent.",
        {"Delphine Marsh": "Prime Minister of Australia"},
    ),
    (
        "Interim Minister for Information Rashid Qamar left early.",
        {"Rashid Qamar": "Interim Minister for Information"},
    ),
    ("Secretary-General Armando Teixeira deplored the attack.", {"Armando Teixeira": "Secretary-General"}),
    ("First Lady Rosalind Thorne opened the ward.", {"Rosalind Thorne": "First Lady"}),
    (
        "Ruritanian Minister of the Armed Forces Bastien Loriot was in town.",
        {"Bastien Loriot": "Ruritanian Minister"},
    ),
    ("At the time of the shooting Police Chief Calvin Moss said nothing.", {"Calvin Moss": "Police Chief"}),
    (
        "Ruritania's defence minister, Gen. Anselm Torvald, said so.",
        {"Anselm Torvald": "Ruritania's defence minister"},
    ),
    (
        "Ruritanian Defense Minister Gen. Li Shangwei was ousted.",
        {"Li Shangwei": "Ruritanian Defense Minister"},
    ),
    ("The mayor, Dr Ada Reyes, said so.", {"Ada Reyes": "mayor"}),
    ("Dr Gerda Abel Sitta, a surgeon, was there.", {"Gerda Abel Sitta": "surgeon"}),
    (
        "Abu Karim al-Jalani, head of the relief fund, left.",
        {"Abu Karim al-Jalani": "head of the relief fund"},
    ),
    ("He was shot in the head, Otto Lindgren said.", {"Otto Lindgren": ""}),
    ("Rep. Rashida Talbot (D-Mich.) criticised it.", {"Rashida Talbot": "Rep."}),
    ("Fort Dale County Sheriff Troy Nellis spoke.", {"Troy Nellis": "Fort Dale County Sheriff"}),
    ("The followers of Dr. King Jr. marched; Dr. King Jr. said he was glad.", {"King Jr.": ""}),
    (
        "The talks of Presidents Ada Reyes and Otto Lind failed, said Lind.",
        {"Ada Reyes": "President", "Otto Lind": ""},
    ),
    (
        "It was then that Fallowdale Officers Ronald Cortez and Jose Munoz fell.",
        {"Ronald Cortez": "Fallowdale Officer", "Jose Munoz": ""},
    ),
    ("It was Chief of Detectives Otto Lind who left.", {"Otto Lind": "Chief of Detectives"}),
    ("Ada Reyes, a friend of the victims, wept.", {"Ada Reyes": "friend of the victims"}),
    ("Kenya's PM Odile Bream was there; PM Bream left.", {"Odile Bream": "Kenya's PM"}),
    ("CEO Ottmar Vane denied it.", {"Ottmar Vane": "CEO"}),
    ("It was 10 PM Ada Reyes, 19, said.", {"Ada Reyes": ""}),
    ("Former shadow chancellor Mr Donelly said no.", {"Donelly": "Former shadow chancellor"}),
    ("New Orleans Mayor Clement Bienvenu was pleased.", {"Clement Bienvenu": "New Orleans Mayor"}),
]

SPEECH = [
    ('"We heard three shots," Evander Pruitt said.', {"Evander Pruitt": ""}),
    ('"Nobody came," said Tamsin Oduya, who lives opposite.', {"Tamsin Oduya": ""}),
    ("Martin Oakhurst said he had seen the smoke.", {"Martin Oakhurst": ""}),
    ("Karim Belhadj told reporters that he would appeal.", {"Karim Belhadj": ""}),
    ("According to the report, Elena Brusilova has denied the charge.", {"Elena Brusilova": ""}),
    ('"It is over," Sergei Antipov added.', {"Sergei Antipov": ""}),
    ("“He is gone,” cried Ottoline Bream.", {"Ottoline Bream": ""}),
    ("Michael Hayworth with the Coroner's Office gave no cause.", {"Michael Hayworth": ""}),
    ("Aaron Pattle of the Northern Police spoke.", {"Aaron Pattle": ""}),
    ("Marta Villegas also warned that she would sue.", {"Marta Villegas": ""}),
    ("Hugo Wexler on Tuesday urged his party to wait.", {"Hugo Wexler": ""}),
]

APPOSITION = [
    (
        "Ingeborg Saltmarsh, the mayor of Haverleigh, opened the bridge.",
        {"Ingeborg Saltmarsh": "mayor of Haverleigh"},
    ),
    ("Dario Fenwick, a student at the college, was unhurt.", {"Dario Fenwick": "student at the college"}),
    ("They chose Yusuf Adebayor, chief of the navy.", {"Yusuf Adebayor": "chief of the navy"}),
    (
        "Lucinda Hartwell, the country's first finance minister, died.",
        {"Lucinda Hartwell": "country's first finance minister"},
    ),
    (
        "The country's defence minister, Radomir Kolar, stated the opposite.",
        {"Radomir Kolar": "defence minister"},
    ),
    ("A neighbour, Winifred Aske, called the fire brigade.", {"Winifred Aske": "neighbour"}),
    ("Added neighbor Lois Dunmore: the street is quiet.", {"Lois Dunmore": "neighbor"}),
    ("They called the attorney for West Virginia William J. Inglefield, 50.", {"William J. Inglefield": ""}),
    (
        "Jailed former interior minister Pavel Hruska wrote.",
        {"Pavel Hruska": "Jailed former interior minister"},
    ),
    ("Its spokesman, Teo Lindgren, would not say.", {"Teo Lindgren": "spokesman"}),
    ("The infant, Rashid Scriven ,was shot at once.", {"Rashid Scriven": "infant"}),
    (
        "Dinah Powers, an assistant pastor at Mt. Pelion church, knew him.",
        {"Dinah Powers": "assistant pastor"},
    ),
    ("Odile Bream, the victim's mother.", {"Odile Bream": "victim's mother"}),
    (
        "Curtis Garrow, Chief of Police Ada Bream and Capt. Otto Hoff were there.",
        {"Ada Bream": "Chief of Police", "Otto Hoff": "Capt."},
    ),
    ("Yusuf Adebayor, Chief of Police for Ely, left.", {"Yusuf Adebayor": "Chief of Police for Ely"}),
    ("Rosamund Pell, whose house burned down, wept.", {"Rosamund Pell": ""}),
    ("Obadiah Crane, who founded the firm, is 70.", {"Obadiah Crane": ""}),
    ("The governor of Oberland, Tilda Marsh, called for calm.", {"Tilda Marsh": "governor of Oberland"}),
    ("The bishop of Lanno, Lucio Fanti, prayed with them.", {"Lucio Fanti": "bishop of Lanno"}),
    (
        "Gustav Lindt, chief executive of Nordvik Steel, flew in.",
        {"Gustav Lindt": "chief executive of Nordvik Steel"},
    ),
    ("The road to Oberland, Tilda Marsh Avenue, was shut.", {}),
]

AGES = [
    ("Aliyah Brockhurst, 19, was walking home.", {"Aliyah Brockhurst": ""}),
    ("Police named him as 34-year-old Declan Moorcroft.", {"Declan Moorcroft": ""}),
    ("The dead are Petra Olin, 41, and Nils Olin, 7.", {"Petra Olin": "", "Nils Olin": ""}),
    ("Jacinto Robledo (52) was taken to hospital.", {"Jacinto Robledo": ""}),
    ("A 25 year old Dexter Mallory was held.", {"Dexter Mallory": ""}),
    ("An 11-year-old boy, Rory Pike, was hurt.", {"Rory Pike": "boy"}),
    ("Seventeen-year-old Marisol Quent survived.", {"Marisol Quent": ""}),
    ("Otis Farnham, aged 88, lived alone.", {"Otis Farnham": ""}),
    (
        "They are 18-year-old Romily Vane Steward of Ely and 24-year-old Brice Woods of Ely.",
        {"Romily Vane Steward": "", "Brice Woods": ""},
    ),
    ("A rapper known as Lil Nazeem was shot.", {"Lil Nazeem": ""}),
    ("The victim was identified as Corwin Blaylock.", {"Corwin Blaylock": ""}),
    ("Hollis Trent Jr., 23, was booked on Friday.", {"Hollis Trent Jr.": ""}),
    ('Wilbert "Dizzy" Hanratty, 60, played the horn.', {'Wilbert "Dizzy" Hanratty': ""}),
]

KIN = [
    ("The general and his wife, Clarissa Montero, fled.", {"Clarissa Montero": "wife"}),
    (
        "Octavia's brother Leander Finch found the body.",
        {"Octavia": "", "Leander Finch": "Octavia's brother"},
    ),
    ("He was survived by his daughter Philomena.", {"Philomena": "daughter"}),
    ("She left her sons Otto Lind and Ivan Lind.", {"Otto Lind": "", "Ivan Lind": ""}),
    ("Her husband, Alasdair Munn, could not be reached.", {"Alasdair Munn": "husband"}),
    ("Gideon Strand's lawyer asked for bail.", {"Gideon Strand": ""}),
    ("He was charged with the murder of Moira Tennant.", {"Moira Tennant": ""}),
    ("Rafe Donnelly's body was found in the river.", {"Rafe Donnelly": ""}),
    ("Ottoline Grey's mother thanked the nurses.", {"Ottoline Grey": ""}),
]

DEEDS = [
    ("Police arrested Marlon Ibarra and two others.", {"Marlon Ibarra": ""}),
    ("Simone Achterberg was shot in the leg.", {"Simone Achterberg": ""}),
    ("Tarquin Mbeki was sworn in as interim president.", {"Tarquin Mbeki": "interim president"}),
    ("Rafael Lindstrom was elected mayor in May.", {"Rafael Lindstrom": "mayor"}),
    ("Helena Vasquez and Bruno Tamm were arrested at the airport.", {"Helena Vasquez": "", "Bruno Tamm": ""}),
    (
        "Lawyer Jenna Ellmer became the third adviser to plead guilty.",
        {"Jenna Ellmer": "Lawyer"},
    ),
    ("Odile Bream became the country's third president.", {"Odile Bream": "third president"}),
    (
        "Hours earlier his deputy Delphine Arroyo was sworn in as acting governor.",
        {"Delphine Arroyo": "acting governor"},
    ),
    ("Ezekiel Thorne has been charged with murder.", {"Ezekiel Thorne": ""}),
    ("Prosecutors accused Irina Volkova of fraud.", {"Irina Volkova": ""}),
    ("Rebels have freed Samuel Odhiambo after a year.", {"Samuel Odhiambo": ""}),
]

SURNAMES = [
    ("They met at Martin Lucas King Jr. Park, and the heirs of Dr. King Jr. came.", {"King Jr.": ""}),
    ("Ambrose Kettering left for Lisbon. Kettering said he was tired.", {"Ambrose Kettering": ""}),
    ("Trung Le, 23, was held. Le was also fined.", {"Trung Le": ""}),
    ("The court heard Nadia Petrakis. Petrakis's lawyer objected.", {"Nadia Petrakis": ""}),
    (
        "Minister Vidal Padron Lemos spoke. Padron Lemos said the toll would rise.",
        {"Vidal Padron Lemos": "Minister"},
    ),
    ("President Ilya Gromov met aides. Later Gromov flew to Minsk.", {"Ilya Gromov": "President"}),
    (
        "Former deputy Carmen Rodriguez was sworn in. Rodriguez faces a delicate task.",
        {"Carmen Rodriguez": "Former deputy"},
    ),
    ("Osama bin Rashid fled. Bin Rashid was captured.", {"Osama bin Rashid": ""}),
    ("Judge Willa Houston ruled on Monday. Houston said the case was closed.", {"Willa Houston": "Judge"}),
]

PARTICLES = [
    ("Minister Pieter van der Hoek resigned.", {"Pieter van der Hoek": "Minister"}),
    ("Governor Maria de la Cruz Ortega spoke.", {"Maria de la Cruz Ortega": "Governor"}),
    ("President Bassam al-Khatib declined.", {"Bassam al-Khatib": "President"}),
    ("Captain Seamus O'Rourke-Daly was aboard.", {"Seamus O'Rourke-Daly": "Captain"}),
    ("Juan de la Fuente, 35, was hurt.", {"Juan de la Fuente": ""}),
    ("Gen. Carl “CQ” Hartley Jr. spoke.", {"Carl “CQ” Hartley Jr.": "Gen."}),
    ("Army Private Tobias Rook came home.", {"Tobias Rook": "Army Private"}),
    ("Police Chief EJ Hartley Jr. spoke.", {"EJ Hartley Jr.": "Police Chief"}),
    ("Senator J. D. Pemberton voted no.", {"J. D. Pemberton": "Senator"}),
    ("Minister Kim Seo-yun apologised.", {"Kim Seo-yun": "Minister"}),
    ("President José Ibáñez Núñez spoke.", {"José Ibáñez Núñez": "President"}),
]

# Nobody in these is a person; each names the trap.
HEADLINES = [
    "Death Toll Rises As Search Goes On After Port Blast",
    "Fair Trial Demanded For Captured Leader",
    "High Casualty Toll in Daring Operation",
    "Storm Kills Nine In Coastal Towns",
    "Deep Military Alliance and Operation Details",
    "Breaking News: Markets Fall, Banks Close",
]
OPENINGS = [
    "Authorities said the road was closed.",
    "Meanwhile officials said nothing.",
    "Witnesses told the court what they saw.",
    "Neighbors said they heard shots.",
    "Highlighting the risks, doctors asked for help.",
    "Twenty were hurt. Hundreds fled.",
    "Journalists who reported on the flood were turned away.",
    "Rescuers were arrested at the gate.",
    "Jogger claims he saw the fugitive twice.",
    "Interestingly, nobody was charged.",
]
CALENDAR = [
    "On Tuesday the town was calm, and on Good Friday it was empty.",
    "The shops close on Boxing Day and on Mother's Day.",
    "March was cold; April was colder.",
    "Black Friday was said to be quiet.",
    "Presidents Day is on a Monday.",
    "Ramadan began on Monday, said residents.",
]
SLOGANS = [
    "Protesters shouted Bread And Freedom and carried flags.",
    "The banner read Never Again in red letters.",
    "He won on a promise of Peace First.",
    "They stand for Woman, Life, Freedom.",
    "Marchers held up signs saying Justice Now.",
]
VENUES = [
    "The rally was held at Walter Braddock Stadium on Sunday.",
    "She was taken to Margaret Ellison Memorial Hospital.",
    "The crash closed Martin Delgado Boulevard.",
    "They met at John Fairbank International Airport.",
    "He studied at Thomas Weatherby High School.",
    "The bodies were found near Queen Adelaide National Park.",
    "Shots rang out at Al's Barber Shop.",
    "The fire began at King's Daughter Medical Center.",
    "The crowd gathered in Trafalgar Square.",
    "Patients were moved from the Walter Ogden hospital.",
    "There were twelve calls from Merrit Drive last year.",
    "An 8-year-old Fort Tarrow boy was hurt.",
]
SHIPS_AND_STORMS = [
    "Hurricane Martha was downgraded on Sunday.",
    "Storm Daniel struck the coast, officials said.",
    "Typhoon Ramona has killed nine people.",
    "The crew of the Edmund Harcourt was rescued.",
    "HMS Prince Albert was sunk in the strait.",
    "Nine sailors were aboard the Queen Charlotte when it sank.",
    "The tanker Victoria Pearl ran aground.",
    "Cyclone Freddie made landfall.",
]
COMPANIES = [
    "Morgan Stanley said it expected a recession.",
    "Charles Schwab has cut 200 jobs.",
    "John Deere reported a loss.",
    "Analysts at Goldman Sachs warned of a fall.",
    "Johns Hopkins said 40 patients had died.",
    "Wells Fargo was fined on Monday.",
    "Philip Hartley Inc. was sued.",
    "Eleanor Cobb Holdings, which owns the mine, apologised.",
    "Chip designer Velinor has said it will comply.",
    "He wore Calvin Klein jeans.",
    "Harrison Wolfe Motors recalled 900 cars.",
    "Investigators with Frank Mercer and two other shops helped.",
    "Velibank has fired a banker. Velibank's spokesperson called it wrong.",
]
BODIES = [
    "The Ministry of Health said 12 people had died.",
    "The Crown Prosecution Service has dropped the case.",
    "A National Security Committee is best for this.",
    "The National Park Service has launched a review.",
    "The Citizen Tip Hotline was busy.",
    "Veterans Affairs said no, and the Fallowdale Rangers Ada Reyes plays for lost.",
    "He called the Officers Benevolent Fund and the Governors Island Ferry.",
    "Human Rights Watch said it had counted 30 graves.",
    "The General Assembly voted on Friday.",
    "Hamas said it had freed two hostages.",
    "Fallowdale Police said a man was held.",
    "According to Council Media Affairs, the boy was unhurt.",
    "The Vice Chancellor for Student Affairs wrote to parents.",
    "He is the executive director of the Citizen Police Review Board.",
    "A funeral was held at the Greater Harvest Missionary Baptist Church.",
    "He is the Director of the Quiet Streets Research Network.",
    "He was found guilty of battery of an officer, Lime County Court records show.",
]
PLACES = [
    "Caracas has not released a figure.",
    "Washington said it was willing to talk.",
    "Fighting was reported near Khan Younis and in Rafah.",
    "A 10-year-old Springfield boy was hurt.",
    "Shots were heard in North Jacksonville. South Jacksonville says it is calm.",
    "Visiting Hanoi, the president cemented a partnership.",
    "Havana and Caracas said 55 had died.",
    "Fort Worth was flooded, and Lake Geneva rose.",
    "The Minister of Innovation was absent.",
    "He hopes to be Mayor of San Francisco.",
]
THINGS = [
    "The Nobel Prize was awarded in Oslo.",
    "They drove a Ford Ranger and a Honda Civic.",
    "The Second Amendment was cited.",
    "An Amber Alert was issued.",
    "He was armed with a Smith & Wesson revolver.",
    "Windows and Android were affected.",
    "The virus, known as Blue Fever, spreads fast.",
    "General Elections are due in May.",
    "Earth's life support systems are damaged.",
    "They were high on the drug PCP, known as Angel Dust.",
    "He was charged with hitting a Police Officer, Criminal Trespass III for the fence, and Reckless Conduct.",
    "Daughter, 10, who died in the fire, is named.",
    "The suspect's Quill Roadster was found by police.",
    "A 17-year-old Orvelle high school student was killed.",
    "It was Orvelle HS's coach who spoke.",
    "Suspected gunman ID'd as a neighbour, police say.",
    "Roanvale Assistant Commonwealth's attorney declined to comment.",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [*TITLES, *SPEECH, *APPOSITION, *AGES, *KIN, *DEEDS, *SURNAMES, *PARTICLES],
    ids=lambda value: value[:48] if isinstance(value, str) else "",
)
def test_a_person_is_known_by_what_stands_around_the_name(text: str, expected: dict[str, str]) -> None:
    assert {name: actor.role for name, actor in people(text).items()} == expected


@pytest.mark.parametrize(
    "text",
    [
        *HEADLINES,
        *OPENINGS,
        *CALENDAR,
        *SLOGANS,
        *VENUES,
        *SHIPS_AND_STORMS,
        *COMPANIES,
        *BODIES,
        *PLACES,
        *THINGS,
    ],
    ids=lambda value: value[:48],
)
def test_what_is_no_person_is_taken_for_none(text: str) -> None:
    assert people(text) == {}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("The Ministry of Health said 12 people had died.", "Ministry of Health", "organisation"),
        (
            "The Department of Housing and Urban Renewal objected.",
            "Department of Housing and Urban Renewal",
            "organisation",
        ),
        (
            "The Bexley County Sheriff's Office is investigating.",
            "Bexley County Sheriff's Office",
            "organisation",
        ),
        (
            "Fighters of the Sierra Norte Liberation Front withdrew.",
            "Sierra Norte Liberation Front",
            "organisation",
        ),
        ("Hezbollah denied it.", "Hezbollah", "organisation"),
        (
            "The Dale County State’s Attorney’s Office declined.",
            "Dale County State’s Attorney’s Office",
            "organisation",
        ),
        (
            "She was flown to University of Wexmoor Children’s Hospital.",
            "University of Wexmoor Children’s Hospital",
            "organisation",
        ),
        ("Mourners met at Mt. Orvel Baptist Church.", "Mt. Orvel Baptist Church", "organisation"),
        ("Shots were fired in the 300 block of Kestrel Court.", "Kestrel Court", "place"),
        ("Shots were fired at 312 Kestrel Court on Monday.", "Kestrel Court", "place"),
        ("She lives at Kestrel Court.", "Kestrel Court", "place"),
        (
            "An Ohio Court and the High Court of Wexmoor disagreed.",
            "High Court of Wexmoor",
            "organisation",
        ),
        ("The Dale County Sheriffs’ Office said so.", "Dale County Sheriffs’ Office", "organisation"),
        ("Wexmoor Mining Co. closed the pit.", "Wexmoor Mining Co", "organisation"),
        ("He was tried in Orvel District Court.", "Orvel District Court", "organisation"),
        ("The levee broke in Orvelle Parish.", "Orvelle Parish", "place"),
        ("HAVERLEIGH- An Anti-Terrorism Court set a date.", "Anti-Terrorism Court", "organisation"),
        ("The toll was reported by AFP.", "AFP", "organisation"),
        (
            "The Ravensworth Mining Corporation closed the pit.",
            "Ravensworth Mining Corporation",
            "organisation",
        ),
        ("The union, the Journalists Federation, protested.", "Journalists Federation", "organisation"),
        ("Cuba confirmed 32 dead.", "Cuba", "country"),
        ("The United States rejected it.", "United States", "country"),
        ("It was shot down over Kharkiv.", "Kharkiv", "place"),
        ("They crossed Lake Tarrow by boat.", "Lake Tarrow", "place"),
        ("The raid was called Operation Silent Harvest.", "Operation Silent Harvest", "operation"),
        ("Operation Iron Gate began at dawn.", "Operation Iron Gate", "operation"),
        ("The raid, codenamed Iron Gate, began at dawn.", "Operation Iron Gate", "operation"),
        ("Nothing is known of one Barnaby Fisk here.", "Barnaby Fisk", "name"),
    ],
)
def test_bodies_places_and_operations_have_their_kind(text: str, name: str, kind: str) -> None:
    assert {actor.name: actor.kind for actor in read(text)}.get(name) == kind


def test_an_acronym_in_brackets_is_another_name_of_its_body() -> None:
    actors = read("The Crown Prosecution Service (CPS) has dropped it. The CPS gave no reason.")
    assert [(actor.name, actor.aliases) for actor in actors] == [("Crown Prosecution Service", ("CPS",))]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Caracas said 23 had died.", "government of Venezuela"),
        ("The Kremlin denied it.", "government of Russia"),
        ("Rain fell on Caracas.", ""),
        ("Kharkiv said nothing.", ""),
    ],
)
def test_a_seat_of_government_that_speaks_stands_for_the_government(text: str, role: str) -> None:
    assert read(text)[0].role == role


def test_a_street_is_one_throughout_an_article() -> None:
    found = read(
        "Shots rang out in the 300 block of Kestrel Court. Kestrel Court stayed closed, police said."
    )
    assert {(one.name, one.kind) for one in found} == {("Kestrel Court", "place")}


def test_a_bare_surname_of_two_people_is_nobodys() -> None:
    actors = read("Amar Chisholm, 17, and Ramal Chisholm, 19, were held. Chisholm said nothing.")
    assert [actor.name for actor in actors] == ["Amar Chisholm", "Ramal Chisholm"]
    assert all(not actor.aliases for actor in actors)


def test_words_of_the_line_before_do_not_run_into_a_name() -> None:
    text = "Story Highlights Kurt Mayhew, 64, was killed. Police had sought Kurt Mayhew for days."
    assert list(people(text)) == ["Kurt Mayhew"]


def test_an_author_named_in_a_byline_is_no_actor() -> None:
    assert people("By Alison Marsden\n\nThe river rose.") == {}
    assert people("Alison Marsden said the river rose.", byline="By Alison Marsden") == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The health ministry said 12 had died.", {"health ministry"}),
        ("Mexico’s military said 23 had died.", {"Mexico’s military"}),
        (
            "The Gaza health ministry and the Mexican army denied it.",
            {"Gaza health ministry", "Mexican army"},
        ),
        ("A spokesman for the South Korean coast guard agreed.", {"South Korean coast guard"}),
        ("The United Arab Emirates' foreign ministry agreed.", {"United Arab Emirates' foreign ministry"}),
        ("Officials in Cuba's interior ministry were killed.", {"Cuba's interior ministry"}),
        ("Brazil's supreme court and Chicago police said so.", {"Brazil's supreme court", "Chicago police"}),
    ],
)
def test_a_body_in_small_letters_is_known_by_its_noun(text: str, names: set[str]) -> None:
    assert {one.name for one in read(text) if one.kind == "organisation"} == names


@pytest.mark.parametrize(
    "text",
    [
        "Police said the army had left, and the ministry agreed.",
        "The court heard that the military came.",
        "An army of volunteers and a government of experts is needed.",
        "In Mexico, police stayed away.",
        "They met the militarywide policemen of Mexico's policed districts.",
    ],
)
def test_a_noun_for_bodies_alone_is_none(text: str) -> None:
    assert not [one for one in read(text) if one.kind == "organisation"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            "Mexican President Camila Sandoval Urges Fair Trial for Ousted Rival",
            {"Camila Sandoval": "Mexican President"},
        ),
        ("Martin Oakhurst Says Bridge Will Not Reopen This Year", {"Martin Oakhurst": ""}),
        (
            "Police Chief Ewan Birtwhistle Denies Any Cover-Up After Blast",
            {"Ewan Birtwhistle": "Police Chief"},
        ),
        ("Police Chief Says Death Toll Could Rise After Port Blast", {}),
        ("Fair Trial Urges Grow As Death Toll Rises", {}),
        ("Study Warns Cheap Housing Will Not Last", {}),
        ("Storm Martha Threatens Coastal Towns", {}),
        ("High Court Rejects Appeal Of Port Operator", {}),
        ("PRESIDENT CAMILA SANDOVAL SAYS NO", {}),
    ],
)
def test_in_a_headline_of_capitals_the_subject_of_a_report_verb_is_read(
    title: str, expected: dict[str, str]
) -> None:
    found = people("Nothing more is known.", title=title)
    assert {name: actor.role for name, actor in found.items()} == expected
