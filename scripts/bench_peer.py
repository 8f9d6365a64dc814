"""The peer of `./dev bench`: openpyxl reads a national workbook, bare and with checks in plain Python.

Usage: bench_peer.py FILE LAYOUT.toml CODES_FOLDER. Prints one JSON object. The checks are the cheap part of ours: the
checksum of each identity number and each value of a code list.
"""
import csv
import json
import sys
import time
import tomllib
from pathlib import Path

import openpyxl

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def sound(number: str) -> bool:
    """Whether the first 18 characters carry their check digit."""
    if len(number) < 18 or not number[:17].isdigit():
        return False
    return "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, number)) % 11] == number[17]


def code_lists(folder: Path) -> dict[str, set[str]]:
    lists = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            rows = csv.DictReader(line for line in file if not line.startswith("#"))
            lists[path.stem] = {
                word for row in rows for word in [row["label"], *(row.get("aliases") or "").split("|")] if word
            }
    return lists


def read(path: str, check) -> tuple[float, int, int]:
    started = time.perf_counter()
    book = openpyxl.load_workbook(path, read_only=True)
    rows = cells = 0
    for sheet in book.worksheets:
        header = None
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number < 3:
                continue
            if header is None:
                header = check.columns(sheet.title, row) if check else row
                continue
            rows += 1
            for value in row:
                cells += value is not None
            if check:
                check.row(header, row)
    book.close()
    return time.perf_counter() - started, rows, cells


class Check:
    def __init__(self, layout: Path, codes: Path):
        self.sheets = {s["name"]: s["column"] for s in tomllib.loads(layout.read_text(encoding="utf-8"))["sheet"]}
        self.lists, self.wrong = code_lists(codes), 0

    def columns(self, tab, header):
        known = {c["header"]: c for c in self.sheets.get(tab, [])}
        found = []
        for index, name in enumerate(header):
            column = known.get(name, {})
            if column.get("type") == "identity_number":
                found.append((index, None))
            elif column.get("list") in self.lists:
                found.append((index, self.lists[column["list"]]))
        return found

    def row(self, columns, row):
        for index, words in columns:
            value = row[index] if index < len(row) else None
            if value is None:
                continue
            if words is None:
                self.wrong += not sound(str(value))
            else:
                self.wrong += any(part not in words for part in str(value).split("、"))


path, layout, codes = sys.argv[1:]
bare, rows, cells = read(path, None)
check = Check(Path(layout), Path(codes))
checked, _, _ = read(path, check)
print(json.dumps({
    "peer": f"openpyxl {openpyxl.__version__}", "python": sys.version.split()[0], "rows": rows, "cells": cells,
    "wrong": check.wrong, "bare_seconds": round(bare, 1), "checked_seconds": round(checked, 1),
}))
