"""Who is in the demo, what they publish, and what others say of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kernel.jsontypes import JSONObject
from market.demo.graphs import counting, writing


@dataclass(frozen=True)
class Person:
    """Somebody of the demo."""

    username: str
    name: str
    about: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """An agent that somebody publishes. Without a graph, it is a sample of that name."""

    creator: str
    name: str
    sub_heading: str
    description: str
    categories: tuple[str, ...]
    graph: Callable[[], JSONObject] | None = None
    sample: str = ""
    instructions: str = ""
    schedule: str = ""
    shows_graph: bool = True
    changes: str = ""
    runs: int = 0
    downloads: int = 0
    views: int = 0
    days_ago: int = 5
    scores: tuple[int, ...] = ()


PEOPLE = (
    Person(
        "ines-writes",
        "Inês Duarte",
        "Editor. I make small agents that keep texts short.",
        ("https://example.org/ines",),
    ),
    Person("tealab", "The Tea Lab", "Four people, one kettle, and a spreadsheet for everything."),
    Person(
        "okoro",
        "Chidi Okoro",
        "Operations by day. If it is written down twice, an agent should do it.",
    ),
    Person(
        "marta-teaches",
        "Marta Nowak",
        "Teacher of mathematics. Everything here is free for classrooms.",
    ),
)
READERS = (
    Person("demo-ana", "Ana Ruiz", ""),
    Person("demo-bo", "Bo Lind", ""),
    Person("demo-cem", "Cem Aydın", ""),
    Person("demo-dee", "Dee Walker", ""),
    Person("demo-eli", "Eli Stern", ""),
    Person("demo-fay", "Fay Osei", ""),
)
MODERATOR = Person("demo-moderator", "Demo moderator", "")
SAID: Mapping[int, tuple[str, ...]] = {
    5: (
        "Does **exactly** what it says. It is in my Monday routine now.",
        "Took a minute to set up, and has saved me hours since.",
        "Simple, and open about how it works. More like this, please.",
    ),
    4: (
        "Good. I changed the template a little, and that was easy.",
        "Works well. An output as a table would be nice.",
    ),
    3: ("Fine for what it is. I hoped for more options.", "It does the job, no more and no less."),
    2: ("Not for me: I had expected something else from the name.",),
    1: ("I could not make use of it.",),
}
AGENDA = "# {{ topic }}\n\n{% for point in points %}{{ loop.index }}. {{ point }}\n{% endfor %}\nWe stop after {{ minutes }} minutes."
STANDUP = "Yesterday: {{ done }}\nToday: {{ next }}\nIn the way: {{ blocked }}"
RELEASE = "## {{ version }}\n\n{% for change in changes %}- {{ change }}\n{% endfor %}"
REPLY = (
    "Dear {{ name }},\n\nthank you for writing about {{ subject }}. {{ answer }}\n\nKind regards"
)
PACKING = (
    "For {{ days }} days in {{ place }}:\n{% for thing in things %}- [ ] {{ thing }}\n{% endfor %}"
)
CARDS = "{% for card in cards %}Q: {{ card.question }}\nA: {{ card.answer }}\n\n{% endfor %}"
INCIDENT = "# {{ service }} was down\n\n**From** {{ start }} **to** {{ end }}. {{ cause }}\n\nWhat we change: {{ action }}"
OFFERS = (
    Offer(
        "tealab",
        "Weekly sales report",
        "A table in, a report out, in one page",
        "Paste what was sold as **CSV** and get a report that people read:\n\n- what came in, and whether that is enough\n- each category with its products\n- nothing else\n\nIt computes, and asks no model.",
        ("data", "sales"),
        sample="csv_report",
        runs=412,
        downloads=96,
        views=1290,
        days_ago=2,
        instructions="1. Export the week as CSV with the columns *product*, *category* and *revenue*.\n2. Set your goal.\n3. Run it.",
        schedule="0 9 * * 1",
        scores=(5, 5, 4, 5, 4, 5),
        changes="Says by how much the goal was missed.",
    ),
    Offer(
        "tealab",
        "Tea party invitations",
        "One invitation for each guest, never the same twice",
        "Give it names and an occasion. It runs a second agent for each guest, so it is also a nice example of **agents that run agents**.",
        ("personal", "content"),
        sample="tea_party",
        runs=188,
        downloads=61,
        views=540,
        days_ago=9,
        scores=(5, 4, 4),
    ),
    Offer(
        "tealab",
        "Cups per kettle",
        "How many cups come out of a kettle",
        "Divides what the kettle holds by what a cup takes. *That is all it does.*",
        ("personal",),
        lambda: counting(
            "Cups", "Divide", ("Kettle in millilitres", 1700), ("Cup in millilitres", 250)
        ),
        runs=57,
        downloads=12,
        views=160,
        days_ago=20,
        scores=(3, 4),
    ),
    Offer(
        "ines-writes",
        "Agenda in a minute",
        "Points in, an agenda with a time limit out",
        "Meetings end when their agenda says so. Give it a topic, the points and the minutes.",
        ("productivity", "content"),
        lambda: writing(
            "Agenda",
            AGENDA,
            {
                "topic": "Spring menu",
                "points": ["Prices", "New teas", "Opening hours"],
                "minutes": 25,
            },
            "Agenda",
        ),
        runs=731,
        downloads=204,
        views=2600,
        days_ago=1,
        scores=(5, 5, 5, 4, 5),
        changes="Numbers the points.",
    ),
    Offer(
        "ines-writes",
        "Polite reply",
        "An answer to a customer that sounds like you",
        "Keeps the frame of every letter the same, so that you write only the sentence that matters.\n\n> Short letters are read.",
        ("support", "content"),
        lambda: writing(
            "Reply",
            REPLY,
            {"name": "Mr Tanaka", "subject": "the late parcel", "answer": "A new one left today."},
            "Letter",
        ),
        runs=265,
        downloads=44,
        views=810,
        days_ago=6,
        scores=(4, 5, 4, 3),
    ),
    Offer(
        "ines-writes",
        "Release notes",
        "Changes in, notes for people out",
        "A list of changes becomes notes in Markdown, in the order in which you give them.",
        ("development", "content"),
        lambda: writing(
            "Notes",
            RELEASE,
            {"version": "2.4", "changes": ["Search finds more", "Reports are faster"]},
            "Notes",
        ),
        runs=154,
        downloads=73,
        views=612,
        days_ago=12,
        scores=(5, 4),
    ),
    Offer(
        "okoro",
        "Stand-up note",
        "Three answers, one note, every morning",
        "What was done, what comes next, what is in the way. Post it wherever your team reads.",
        ("productivity", "operations"),
        lambda: writing(
            "Note",
            STANDUP,
            {"done": "Moved the database", "next": "Watch it", "blocked": "Nothing"},
            "Note",
        ),
        runs=903,
        downloads=150,
        views=1980,
        days_ago=3,
        schedule="0 8 * * 1-5",
        scores=(5, 5, 4, 5, 5, 4),
        shows_graph=False,
    ),
    Offer(
        "okoro",
        "Incident summary",
        "What happened, why, and what changes, on one page",
        "Write it while you remember. The form asks the four questions that everybody asks afterwards.",
        ("operations", "development"),
        lambda: writing(
            "Summary",
            INCIDENT,
            {
                "service": "The shop",
                "start": "09:10",
                "end": "09:42",
                "cause": "A certificate had run out.",
                "action": "A reminder two weeks before.",
            },
            "Summary",
        ),
        runs=320,
        downloads=88,
        views=1105,
        days_ago=4,
        scores=(5, 4, 5),
    ),
    Offer(
        "okoro",
        "Keep what is large enough",
        "Numbers above a threshold, collected one by one",
        "A loop that grows a list: look at the graph to see how **cycles** work here.",
        ("data", "development"),
        sample="collect_list",
        runs=74,
        downloads=39,
        views=350,
        days_ago=16,
        scores=(4, 3),
    ),
    Offer(
        "marta-teaches",
        "Flash cards",
        "Questions and answers, ready to print",
        "Give it a list of questions with answers. My classes use it before every test.",
        ("education",),
        lambda: writing(
            "Cards",
            CARDS,
            {
                "cards": [
                    {"question": "7 × 8", "answer": "56"},
                    {"question": "9 × 6", "answer": "54"},
                ]
            },
            "Cards",
        ),
        runs=540,
        downloads=131,
        views=1470,
        days_ago=7,
        scores=(5, 5, 5, 5),
    ),
    Offer(
        "marta-teaches",
        "Safe division",
        "Division that explains itself when it cannot be done",
        "Divides two numbers; where that makes no sense it says **why**, instead of failing.",
        ("education", "development"),
        sample="safe_division",
        runs=122,
        downloads=47,
        views=430,
        days_ago=30,
        scores=(4, 5),
    ),
    Offer(
        "marta-teaches",
        "Packing list",
        "A list to tick off, for so many days in some place",
        "For school trips. Change the things, and keep the list.",
        ("personal", "education"),
        lambda: writing(
            "List",
            PACKING,
            {"days": 3, "place": "Zakopane", "things": ["Boots", "Raincoat", "A book"]},
            "List",
        ),
        runs=98,
        downloads=22,
        views=280,
        days_ago=11,
        scores=(4,),
    ),
    Offer(
        "marta-teaches",
        "Forty-two",
        "The smallest agent that there is",
        "One input, one block, one output. Begin here.",
        ("education", "other"),
        sample="calculator",
        runs=260,
        downloads=180,
        views=900,
        days_ago=40,
        scores=(5, 4, 2),
    ),
)
FEATURED = ("Agenda in a minute", "Weekly sales report", "Flash cards")
FEATURED_PEOPLE = ("ines-writes", "marta-teaches", "okoro")
