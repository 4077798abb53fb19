"""Rows in a file: as lines of JSON, as comma-separated values, or as Parquet, written and read some at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

from bot.answering.sheets import inert
from bot.errors import BadInput
from bot.proving.lines import EventLine, read_line, write
from bot.proving.manifests import COLUMNS, Row, line_of, row_of

MOST_CELL = 64 * 1024 * 1024
"""Characters of one cell: a payload is never as long."""
_NUMBERS = {"leaf", "seq"}
_AT_ONCE = 4096
"""Rows of a row group in Parquet: what is held in memory while it is written or read."""


class Digesting(io.RawIOBase):
    """A file that is only written, and whose digest and length are known at the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = sha256()
        self.length = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, raw: Any) -> int:  # noqa: ANN401 - any buffer
        """Write bytes."""
        data = bytes(raw)
        self._file.write(data)
        self._hash.update(data)
        self.length += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes were written."""
        return self.length

    @property
    def hexdigest(self) -> str:
        """SHA-256 of what was written."""
        return self._hash.hexdigest()


class Writer(Protocol):
    """Writes rows; what it holds back is written when it is left."""

    def write(self, lines: Sequence[EventLine]) -> None:
        """Append some rows."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        ...


class _Plain:
    """A writer that has nothing to begin and nothing to end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class JsonLines(_Plain):
    """One event a line, as in the whole export, with its path."""

    def __init__(self, file: Digesting) -> None:
        self._file = file

    def write(self, lines: Sequence[EventLine]) -> None:
        """See ``Writer``."""
        self._file.write(b"".join(map(write, lines)))


class Sheet(_Plain):
    """RFC 4180 with a row of titles; what a spreadsheet would take for a formula is led by an apostrophe."""

    def __init__(self, file: Digesting) -> None:
        self._file = file
        self._write([COLUMNS])

    def write(self, lines: Sequence[EventLine]) -> None:
        """See ``Writer``."""
        self._write([[_cell(value) for value in row_of(line)] for line in lines])

    def _write(self, rows: Sequence[Sequence[str]]) -> None:
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        self._file.write(out.getvalue().encode())


def _cell(value: int | str | None) -> str:
    if value is None:
        return ""
    return inert(value) if isinstance(value, str) else str(value)


class Columns:
    """Apache Parquet, compressed with zstd: numbers as 64-bit integers, the rest as text."""

    def __init__(self, file: Digesting) -> None:
        arrow, parquet = _pyarrow()
        self._arrow = arrow
        self._schema = arrow.schema([(name, arrow.int64() if name in _NUMBERS else arrow.string()) for name in COLUMNS])
        self._writer = parquet.ParquetWriter(arrow.PythonFile(file, mode="w"), self._schema, compression="zstd")
        self._held: list[Row] = []

    def write(self, lines: Sequence[EventLine]) -> None:
        """See ``Writer``."""
        self._held += map(row_of, lines)
        if len(self._held) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        columns = [self._arrow.array([row[place] for row in self._held], field.type) for place, field in self._fields()]
        self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
        self._held = []

    def _fields(self) -> Iterator[tuple[int, Any]]:
        return enumerate(self._schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._held:
            self._flush()
        self._writer.close()


def writer_of(format_: str, file: Digesting) -> Writer:
    """The writer of a format.

    Raises:
        BadInput: when there is no such format, or what writes it is not installed.
    """
    kinds: dict[str, type[JsonLines | Sheet | Columns]] = {"jsonl": JsonLines, "csv": Sheet, "parquet": Columns}
    if format_ not in kinds:
        raise BadInput(f"is none of {', '.join(kinds)}", field="format")
    return kinds[format_](file)


def rows_of(path: Path, format_: str) -> Iterator[Row]:
    """The rows of a file, one after the other, in constant memory.

    Raises:
        BadInput: naming the row that can't be read.
    """
    read = {"jsonl": _read_lines, "csv": _read_sheet, "parquet": _read_columns}[format_]
    try:
        yield from read(path)
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        raise BadInput(f"{path} can't be read: {error}", field="file") from error


def _read_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            line = _read_one(number, raw)
            yield row_of(line)


def _read_one(number: int, raw: bytes) -> EventLine:
    try:
        line = read_line(raw)
    except BadInput as error:
        raise BadInput(f"line {number}: {error.message}", field=error.field) from error
    if not isinstance(line, EventLine):
        raise BadInput(f"line {number} is no event", field="kind")
    return line


def _read_sheet(path: Path) -> Iterator[Row]:
    limit = csv.field_size_limit(MOST_CELL)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            if tuple(next(reader, ())) != COLUMNS:
                raise BadInput("the first row has not the titles of an export", field="file")
            for cells in reader:
                yield _row_of_cells(cells, reader.line_num)
    finally:
        csv.field_size_limit(limit)


def _row_of_cells(cells: Sequence[str], number: int) -> Row:
    if len(cells) != len(COLUMNS):
        raise BadInput(f"line {number} has {len(cells)} cells instead of {len(COLUMNS)}", field="file")
    try:
        return tuple(_value(name, cell) for name, cell in zip(COLUMNS, cells, strict=True))
    except ValueError as error:
        raise BadInput(f"line {number}: {error}", field="file") from error


def _value(name: str, cell: str) -> int | str | None:
    if name in _NUMBERS:
        return int(cell) if cell else None
    if not cell:
        return "" if name == "surface" else None
    bare = cell.removeprefix("'")
    return bare if cell != bare and inert(bare) == cell else cell


def _read_columns(path: Path) -> Iterator[Row]:
    arrow, parquet = _pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            if tuple(file.schema_arrow.names) != COLUMNS:
                raise BadInput("has not the columns of an export", field="file")
            for batch in file.iter_batches(batch_size=_AT_ONCE):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    except arrow.ArrowException as error:
        raise BadInput(f"{path} is no Parquet that can be read: {error}", field="file") from error


def _pyarrow() -> tuple[Any, Any]:
    """The library, which comes as an extra: it is far larger than all the rest.

    Raises:
        BadInput: when it is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and slow to import
        from pyarrow import parquet  # noqa: PLC0415 - the same
    except ImportError as error:
        raise BadInput(
            "Parquet needs a package that is not installed",
            field="format",
            remedy="pip install 'signoff-bot[parquet]', or choose csv or jsonl",
        ) from error
    return pa, parquet


__all__ = ["Digesting", "Writer", "line_of", "rows_of", "writer_of"]
