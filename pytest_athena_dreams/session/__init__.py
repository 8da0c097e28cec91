"""The only room that knows pytest and xdist: the plan, its items, their reports and the record."""
