"""A procedure without annotations that takes a graph."""

from __future__ import annotations

from collections import deque


def route(graph, start, goal):
    """A shortest route as a list of vertices, or nothing."""
    queue, came_from = deque([start]), {start: start}
    while queue:
        vertex = queue.popleft()
        if vertex == goal:
            found = [goal]
            while found[-1] != start:
                found.append(came_from[found[-1]])
            return found[::-1]
        for other in graph.get(vertex, []):
            if other not in came_from:
                came_from[other] = vertex
                queue.append(other)
    return None
