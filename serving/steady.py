"""Whether the time that a signature takes is known by the shapes of its inputs alone.

If there is no loop between its inputs and its outputs, and no text or picture to be read, then two
calls of the same shapes take the same time; what one took tells what the next will take.
"""

_LOOPS = {"While", "StatelessWhile", "_While", "For", "Enter", "RefEnter", "MapDefun"}
_STRING = 7  # tensorflow.DT_STRING


def is_steady(graph, definition):
    """Whether that is so for a SignatureDef of a GraphDef."""
    inputs = definition.inputs.values()
    return all(info.dtype != _STRING for info in inputs) and _LOOPS.isdisjoint(
        _operations(graph, definition)
    )


def _operations(graph, definition):
    """The names of the operations that the outputs come of, those in functions too."""
    nodes = {node.name: node for node in graph.node}
    functions = {function.signature.name: function for function in graph.library.function}
    waiting = [_node(info.name) for info in definition.outputs.values()]
    seen, called = set(), set()
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in seen:
            seen.add(name)
            yield nodes[name].op
            waiting += map(_node, nodes[name].input)
            called |= _functions(nodes[name], functions)
    waiting = list(called)
    while waiting:
        for node in functions[waiting.pop()].node_def:
            yield node.op
            more = _functions(node, functions) - called
            called |= more
            waiting += more


def _node(tensor):
    return tensor.removeprefix("^").partition(":")[0]


def _functions(node, functions):
    names = {value.func.name for value in node.attr.values()}
    return {name for name in (names | {node.op}) if name in functions}
