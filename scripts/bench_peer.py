"""The peer of `./dev bench`: openpyxl reads a national workbook, bare and with checks in plain Python.

Usage: bench_peer.py FOLDER LAYOUT.toml CODES_FOLDER. Reads every workbook of the folder, and every CSV file with Python's
own csv. Prints one JSON object, by file name. The checks are the cheap part of ours: the checksum of each identity number
and each value of a code list. `cpu` is user and system time, which a busy machine does not stretch.
"""
import csv
import json
import resource
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


def workbook(path: Path):
    """Each row with its sheet's name; blank cells are None."""
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            yield sheet.title, number, row
    book.close()


def text(path: Path):
    """The same of a CSV file, which has the one sheet the bench writes."""
    with path.open(encoding="gb18030", newline="") as file:
        for number, row in enumerate(csv.reader(file), 1):
            yield "户信息", number, [value or None for value in row]


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def read(path: Path, check) -> dict:
    wall, cpu = time.perf_counter(), cpu_seconds()
    rows = cells = 0
    header = sheet = None
    for title, number, row in (workbook if path.suffix == ".xlsx" else text)(path):
        if title != sheet:
            sheet, header = title, None
        if number < 3:
            continue
        if header is None:
            header = check.columns(title, row) if check else row
            continue
        rows += 1
        for value in row:
            cells += value is not None
        if check:
            check.row(header, row)
    return {
        "rows": rows, "cells": cells,
        "seconds": round(time.perf_counter() - wall, 2), "cpu": round(cpu_seconds() - cpu, 2),
    }


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


folder, layout, codes = map(Path, sys.argv[1:])
measured = {}
for path in sorted(p for p in folder.iterdir() if p.suffix in (".xlsx", ".csv")):
    check = Check(layout, codes)
    measured[path.name] = {"bare": read(path, None), "checked": read(path, check), "wrong": check.wrong}
print(json.dumps({"peer": f"openpyxl {openpyxl.__version__}", "python": sys.version.split()[0], "files": measured}))
