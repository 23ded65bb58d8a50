"""Well-known examples of arithmetic with words, each as a - b + c and the answers that are right.

They are the examples that word vectors became known by, and the ten relationships of the paper's
Table 8.  That table prints what one model gave, right or wrong ("small: larger"); here stands what
is true, the table's answer with it where it is true as well.

Reference: Mikolov, Chen, Corrado & Dean (2013), Efficient Estimation of Word Representations in
Vector Space, ICLR workshop.
"""

KNOWN = [
    ("biggest", "big", "small", "smallest"),
    ("woman", "man", "uncle", "aunt"),
    ("woman", "man", "king", "queen"),
    ("paris", "france", "italy", "rome"),
]

TABLE = """
paris france italy rome / japan tokyo / florida tallahassee
bigger big small smaller / cold colder / quick quicker
florida miami baltimore maryland / dallas texas / kona hawaii
scientist einstein messi footballer,midfielder,player / mozart composer,violinist / picasso painter
france sarkozy berlusconi italy / merkel germany / koizumi japan
cu copper zinc zn / gold au / uranium u
silvio berlusconi sarkozy nicolas / putin vladimir / obama barack
windows microsoft google android,chrome / ibm aix,linux / apple iphone,ios,mac,macos
ballmer microsoft google page,brin,schmidt,pichai / ibm gerstner,palmisano,rometty / apple jobs,cook
sushi japan germany bratwurst,sauerkraut / france baguette,crepes / usa pizza,hamburger
"""


def examples():
    """Yield (a, b, c, answers): is a - b + c one of the answers?"""
    for a, b, c, answer in KNOWN:
        yield a, b, c, (answer,)
    for line in TABLE.strip().splitlines():
        first, *more = line.split(" / ")
        a, b, *pair = first.split()
        for c, answers in (pair, *(part.split() for part in more)):
            yield a, b, c, tuple(answers.split(","))
