"""Answers of chats about the dreams 12, 17, 23 and 99: what can be read, and what can't."""

from __future__ import annotations

LABELS = {"slugify/regex": 12, "averages: running sum": 17, "x1": 99}
IDS = (12, 17, 23, 99)

Expected = dict[int, tuple[float | None, int | None]]
ALL: Expected = {12: (0.8, None), 17: (0.4, None), 23: (0.1, None)}
TIERED: Expected = {12: (0.8, 1), 17: (0.4, 2), 23: (0.1, 3)}

READ: dict[str, tuple[str, Expected]] = {
    "the json that was asked for": (
        '{"scores": [{"dream": "D12", "viability": 0.8, "reasoning": "ok"}, {"dream": "D17", "viability": 0.4,'
        ' "reasoning": "no"}, {"dream": "D23", "viability": 0.1, "reasoning": "[]"}]}',
        ALL,
    ),
    "json in a fence with prose around it": (
        'Here is my evaluation:\n\n```json\n[{"id": 12, "score": 0.8, "tier": 1}, {"id": 17, "score": 0.4, "tier": 2},'
        ' {"id": 23, "score": 0.1, "tier": 3}]\n```\nLet me know!',
        TIERED,
    ),
    "json by id": ('{"12": 0.8, "17": {"viability": 0.4, "why": "slow"}, "D23": 0.1}', ALL),
    "json with percentages as text": (
        '[{"dream": 12, "rating": "80%"}, {"dream": 17, "rating": "40 %"}, {"dream": 23, "rating": "10%"}]',
        ALL,
    ),
    "json with fractions as text": (
        '[{"name": "D12", "score": "8/10"}, {"name": "D17", "score": "4/10"}, {"name": "D23", "score": "1/10"}]',
        ALL,
    ),
    "json with its scale": (
        '{"scale": 10, "scores": [{"dream": 12, "score": 8}, {"dream": 17, "score": 4}, {"dream": 23, "score": 1}]}',
        ALL,
    ),
    "json that was cut off": (
        '{"scores": [{"dream": "D12", "viability": 0.8, "reasoning": "a"}, {"dream": "D17", "viability": 0.4,'
        ' "reasoning": "b"}, {"dream": "D23", "viabil',
        {12: (0.8, None), 17: (0.4, None)},
    ),
    "json by label": (
        '{"slugify/regex": 0.8, "averages: running sum": 0.4}',
        {12: (0.8, None), 17: (0.4, None)},
    ),
    "a line each": ("D12: 0.8\nD17: 0.4\nD23: 0.1", ALL),
    "a line each with reasons": (
        "D12: 0.8 - handles all 3 cases\nD17: 0.4 - fails for n = 0\nD23: 0.1 - returns None in 2 of 5 branches",
        ALL,
    ),
    "bullets in bold": ("- **D12**: 0.8 (solid)\n- **D17**: 0.4 (risky)\n- **D23**: 0.1 (wrong)", ALL),
    "a numbered list": ("1. D12 — 0.8\n2. D17 — 0.4\n3. D23 — 0.1", ALL),
    "bare ids": ("12: 0.8\n17: 0.4\n23: 0.1", ALL),
    "bare ids in brackets and hash marks": ("#12 = 0.8\n#17 = 0.4\n#23 = 0.1", ALL),
    "percentages": ("Dream 12: 80%\nDream 17: 40 %\nDream 23: 10 percent", ALL),
    "out of ten": ("Dream 12: 8/10\nDream 17: 4 out of 10\nDream 23: 1 / 10", ALL),
    "german commas": ("Traum 12: 0,8\nTraum 17: 0,4\nTraum 23: 0,1", ALL),
    "german sentences": (
        "D12 ist mit 0,8 gut. D17 bekommt 0,4, weil leere Listen fehlen.\nD23: 10 Prozent, denn es gibt None zurück.",
        ALL,
    ),
    "german tenths": ("D12: 8 von 10\nD17: 4 von 10\nD23: 1 von 10", ALL),
    "a table": (
        "| Dream | Viability | Tier | Reasoning |\n|---|---|---|---|\n| D12 | 0.8 | 1 | fine |\n| D17 | 0.4 | 2 | 3 cases |\n"
        "| D23 | 0.1 | 3 | no |",
        TIERED,
    ),
    "a table of bare ids on a scale to ten": (
        "Scores:\n\n| ID | Score (0-10) | Comment |\n|:--|--:|---|\n| 12 | 8 | good |\n| 17 | 4 | 2 gaps |\n| 23 | 1 | bad |",
        ALL,
    ),
    "a table of percentages": (
        "Dream | Probability (%)\n--- | ---\n12 | 80\n17 | 40\n23 | 10",
        ALL,
    ),
    "a table with labels": (
        "| Name | Score |\n|---|---|\n| slugify/regex | 0.8 |\n| averages: running sum | **0.4** |",
        {12: (0.8, None), 17: (0.4, None)},
    ),
    "comma-separated values": (
        'dream,viability,reasoning\n12,0.8,"good, really"\n17,0.4,\n23,0.1,no',
        ALL,
    ),
    "semicolons and german commas": ("Traum;Bewertung\n12;0,8\n17;0,4\n23;0,1", ALL),
    "tabs": ("id\tscore\twhy\n12\t0.8\ta\n17\t0.4\tb\n23\t0.1\tc", ALL),
    "sections": (
        "### Dream 12\n**Viability:** 0.8\n**Reasoning:** It handles 100% of the 3 cases.\n\n### Dream 17\n"
        "**Viability:** 0.4\n**Reasoning:** Compare D12.\n\n### Dream 23\nViability: 0.1\nReasoning: none",
        ALL,
    ),
    "sections with tiers": (
        "## D12\nViability: 8/10\nTier: 1\n\n## D17\nViability: 4/10\nTier: 2\n\n## D23\nViability: 1/10\nTier: Tier 3",
        TIERED,
    ),
    "tiers as headings, with scores": (
        "## Tier 1 (viable)\n- D12 (0.8): fine\n\n## Tier 2 (speculative)\n- D17 (0.4): hm\n\n## Tier 3\n- D23 (0.1): no",
        TIERED,
    ),
    "tiers as headings, without scores": (
        "**Tier 1:**\n- D12: looks right\n**Tier 2:**\n- D17\n**Tier 3:**\n- D23: wrong on []",
        {12: (None, 1), 17: (None, 2), 23: (None, 3)},
    ),
    "a line for each dream, with a comma before its tier": (
        "Dream 12: viability 0.8, tier 1, it is fine\nDream 17: 0.4, tier 2\nDream 23: 0.1, tier 3",
        TIERED,
    ),
    "tiers alone": (
        "D12: Tier 1\nD17: tier 2 because of None\nD23 -> Tier III",
        {12: (None, 1), 17: (None, 2), 23: (None, 3)},
    ),
    "several in a sentence": ("D12 looks right (0.8), D17 is risky (0.4) and D23 is wrong (0.1).", ALL),
    "several in a sentence, scores first": ("I give 0.8 to D12, 0.4 to D17 and 0.1 to D23.", ALL),
    "several with one score": (
        "D12 and D17 both get 0.7; they are the same.\nD23: 0.1",
        {12: (0.7, None), 17: (0.7, None), 23: (0.1, None)},
    ),
    "respectively": ("D12, D17 and D23 get 0.8, 0.4 and 0.1 respectively.", ALL),
    "a score before the reasons": ("0.8 – D12 is right\n0.4 – D17 fails for 0\n0.1 – D23 is wrong", ALL),
    "a scale said once": ("On a scale from 0 to 10:\nD12: 8\nD17: 4\nD23: 1", ALL),
    "labels in prose": (
        "slugify/regex gets 0.8.\naverages: running sum gets 0.4.",
        {12: (0.8, None), 17: (0.4, None)},
    ),
    "viability beside confidence": (
        "D12: viability 0.8, confidence 0.9\nD17: viability 0.4, confidence 0.6\nD23: viability 0.1, confidence 0.95",
        ALL,
    ),
    "code quoted between": (
        "D12: 0.8\n```python\ndef f(x):\n    return 0.3 * x  # D17: 0.9\n```\nD17: 0.4\nD23: 0.1",
        ALL,
    ),
    "said twice, the same": ("D12: 0.8\nD17: 0.4\nD23: 0.1\n\nSummary: D12 80%, D17 40%, D23 10%", ALL),
    "windows line ends": ("D12: 0.8\r\nD17: 0.4\r\nD23: 0.1\r\n", ALL),
    "a label and a list of properties": (
        "- id: 12\n  viability: 0.8\n- id: 17\n  viability: 0.4\n- id: 23\n  viability: 0.1",
        ALL,
    ),
}

REFUSED: dict[str, tuple[str, str]] = {
    "no scale": ("D12: 8\nD17: 4", "its scale is not written"),
    "no scale in json": ('[{"dream": 12, "score": 8}, {"dream": 17, "score": 1}]', "its scale is not written"),
    "a range": ("D12: 0.6-0.8", "a range, not a score"),
    "a range in words": ("D12: between 0.6 and 0.8", "a range, not a score"),
    "a bound": ("D12: at least 0.7", "a bound, not a score"),
    "two scores for one dream": ("D12: 0.8\nOn second thought, D12: 0.3", "two different scores"),
    "two numbers in prose": ("D12 was 0.5 at first sight, then rather 0.7 to me", "two scores"),
    "which belongs to which": ("D12 and D17: 0.8, 0.4", "does not say which belongs to which"),
    "a comparison": ("D12 is like D17 but better: 0.8", "does not say which score belongs to which"),
    "a dream that nobody asked about": ("Dream 4711: 0.8", "names no dream that waits"),
    "a score against its tier": ("D12: 0.2, Tier 1", "is not one of Tier 1"),
    "two tiers": ("D12: Tier 1 or Tier 2", "two tiers"),
    "more than its scale": ("D12: 12/10", "more than 10"),
    "words alone": ("D12: probably fine", "no score"),
    "a negative number": ("D12: -0.4", "a negative number"),
    "an odd scale": ("D12: 3/7", "a scale to 7"),
    "no number in json": ('{"scores": [{"dream": "D12", "viability": "high"}]}', "no score"),
    "out of bounds in json": ('{"D12": {"viability": -0.5}}', "not from 0 to 1"),
}  # fmt: skip
