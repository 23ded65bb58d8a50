"""The story's dates: what was found, by whom, and where it was written down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Milestone:
    """One paragraph of the story.

    Attributes:
        year: when the paper came out.
        title: the idea's name.
        people: its authors.
        paper: title and place of the publication.
        text: what was new, in plain words.
        picture: name of a drawing in `pictures/`, without `.svg`.
    """

    year: int
    title: str
    people: str
    paper: str
    text: str
    picture: str


MILESTONES = [
    Milestone(
        1943,
        "The first artificial neuron",
        "Warren McCulloch & Walter Pitts",
        "A Logical Calculus of the Ideas Immanent in Nervous Activity, Bulletin of Mathematical "
        "Biophysics 5",
        "A neurophysiologist and a logician barely twenty years old describe the nerve cell as a "
        "switch: it fires when enough of its inputs are on, and a single inhibiting input keeps "
        "it silent. Wired together, such switches compute any formula of logic. Nothing learns "
        "yet; a person has to find the wiring.",
        "neuron",
    ),
    Milestone(
        1958,
        "The perceptron",
        "Frank Rosenblatt",
        "The Perceptron: A Probabilistic Model for Information Storage and Organization in the "
        "Brain, Psychological Review 65",
        "Rosenblatt lets the weights find themselves: after every mistake they move a little "
        "towards the right answer. Whenever a straight line can part the two classes, this rule "
        "finds one. His Mark I machine looks at the world through 400 photocells, and electric "
        "motors turn its weights.",
        "perceptron",
    ),
    Milestone(
        1969,
        "The trouble with XOR",
        "Marvin Minsky & Seymour Papert",
        "Perceptrons: An Introduction to Computational Geometry, MIT Press",
        "“One or the other, but not both”: no straight line parts these four points, so no "
        "single-layer perceptron can learn them. The book proves how far such limits reach, and "
        "interest in neural networks fades for more than a decade. A hidden layer would solve "
        "XOR; what is missing is a good way to train one.",
        "xor",
    ),
    Milestone(
        1986,
        "Backpropagation",
        "David Rumelhart, Geoffrey Hinton & Ronald Williams",
        "Learning Representations by Back-Propagating Errors, Nature 323",
        "The error at the output travels back through the network by the chain rule and tells "
        "every weight which way to move. The rule had been found before, by Linnainmaa and by "
        "Werbos; this paper shows what it is good for: hidden units that make up features of "
        "their own, which nobody designed.",
        "backprop",
    ),
    Milestone(
        1997,
        "Long short-term memory",
        "Sepp Hochreiter & Jürgen Schmidhuber",
        "Long Short-Term Memory, Neural Computation 9",
        "In a recurrent network the error signal fades as it travels back through time, and the "
        "distant past is never learned from. The LSTM carries its memory along a line that "
        "little disturbs, and gates learn when to write to it and when to read. It bridges a "
        "thousand time steps. The gate that forgets is added three years later.",
        "lstm",
    ),
    Milestone(
        1998,
        "LeNet-5",
        "Yann LeCun, Léon Bottou, Yoshua Bengio & Patrick Haffner",
        "Gradient-Based Learning Applied to Document Recognition, Proceedings of the IEEE 86",
        "Small filters slide over the picture with the same weights everywhere, so a stroke is "
        "recognised wherever it is drawn. Layer by layer the picture shrinks and the features "
        "grow, from edges to whole digits. The paper's systems leave the laboratory: banks use "
        "them to read several million cheques a day.",
        "lenet",
    ),
    Milestone(
        2003,
        "Words become vectors",
        "Yoshua Bengio, Réjean Ducharme, Pascal Vincent & Christian Jauvin",
        "A Neural Probabilistic Language Model, Journal of Machine Learning Research 3",
        "To guess the next word, one used to count how often it had followed the last two or "
        "three. Here every word is a point in space, learned together with the guessing, and "
        "words of similar use come to lie close together. What is learned about a cat in one "
        "sentence is then half known about a dog.",
        "language",
    ),
    Milestone(
        2006,
        "Going deep, one layer at a time",
        "Geoffrey Hinton, Simon Osindero & Yee-Whye Teh",
        "A Fast Learning Algorithm for Deep Belief Nets, Neural Computation 18",
        "Deep networks are thought too hard to train. Here each layer first learns, without any "
        "labels, to model what the layer below has to say; only then is the whole stack tuned "
        "together. It misreads 1.25% of MNIST’s test digits without being told which pixels are "
        "neighbours, and depth is worth trying again.",
        "deep",
    ),
    Milestone(
        2012,
        "AlexNet",
        "Alex Krizhevsky, Ilya Sutskever & Geoffrey Hinton",
        "ImageNet Classification with Deep Convolutional Neural Networks, NIPS 25",
        "LeNet’s idea, grown to 60 million weights, trained on 1.2 million photographs by two "
        "gaming cards within a week. In that year’s ImageNet contest its five best guesses miss "
        "15.3% of the pictures; the next best entry misses 26.2%. Within a few years hardly "
        "any other method is entered.",
        "alexnet",
    ),
    Milestone(
        2013,
        "word2vec",
        "Tomáš Mikolov, Kai Chen, Greg Corrado & Jeffrey Dean",
        "Efficient Estimation of Word Representations in Vector Space, ICLR workshop",
        "The language model loses its hidden layer and keeps only the vectors, so it can read "
        "more than a billion words in a day. Directions turn out to carry meaning: king minus "
        "man plus woman ends up close to queen.",
        "word2vec",
    ),
    Milestone(
        2015,
        "Saying what is in a picture",
        "Andrej Karpathy & Li Fei-Fei; Oriol Vinyals et al.; Kelvin Xu et al.",
        "Deep Visual-Semantic Alignments and Show and Tell, CVPR; Show, Attend and Tell, ICML",
        "Several groups join the two strands: a convolutional network looks, a recurrent one "
        "speaks, and both are trained on pictures that people have described. With attention, "
        "one can even watch where the network looks while it says each word.",
        "captioning",
    ),
    Milestone(
        2016,
        "AlphaGo",
        "David Silver, Aja Huang, Chris Maddison et al.",
        "Mastering the Game of Go with Deep Neural Networks and Tree Search, Nature 529",
        "One network learns from 30 million positions of good players which moves are worth "
        "thinking about and names the expert’s own move 57% of the time. Another learns, from "
        "games of self-play, who is going to win. A tree search weighs their advice, and in "
        "March it beats Lee Sedol by four games to one.",
        "alphago",
    ),
]
