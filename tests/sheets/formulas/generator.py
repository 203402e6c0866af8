"""Random formulas over the grid of `grids.random_grid`."""


def call(name, *makers):
    return lambda rng, depth: f"{name}({','.join(maker(rng, depth) for maker in makers)})"


def one_of(*texts):
    return lambda rng, _depth: rng.choice(texts)


def number(rng, depth):
    if depth <= 0 or rng.random() < 0.25:
        cell = f"{rng.choice('ACDE')}{rng.randint(1, 8)}"
        return rng.choice([cell, cell, str(rng.randint(0, 9)), str(rng.randint(-300, 300) / 100)])
    return rng.choice(NUMBERS)(rng, depth - 1)


def text(rng, depth):
    if depth <= 0 or rng.random() < 0.35:
        quoted = '"' + rng.choice(["a", "abc", "north", "B", "x y z", "", "12", "1,5"]) + '"'
        return rng.choice([f"B{rng.randint(1, 8)}", f"F{rng.randint(1, 8)}", quoted])
    return rng.choice(TEXTS)(rng, depth - 1)


def condition(rng, depth):
    kind = rng.randrange(6)
    if kind == 0:
        return (
            f"{number(rng, depth - 1)}{rng.choice(['=', '<>', '<', '>', '<=', '>='])}{number(rng, depth - 1)}"
        )
    if kind == 1:
        return f"{text(rng, depth - 1)}{rng.choice(['=', '<>', '<', '>'])}{text(rng, depth - 1)}"
    if kind == 2 and depth > 0:
        return f"NOT({condition(rng, depth - 1)})"
    if kind == 3:
        return f"AND({number(rng, depth - 1)},{number(rng, depth - 1)})"
    return rng.choice(
        ["C1", "C5", "ISNUMBER(C2)", "ISBLANK(C3)", "ISTEXT(B4)", "OR(C1,TRUE)", "XOR(E1,TRUE)"]
    )


def any_range(rng, _depth):
    first, last = sorted((rng.randint(1, 8), rng.randint(1, 8)))
    column = rng.choice("ABCDEF")
    return f"{column}{first}:{column}{last}"


def number_range(rng, depth):
    return any_range(rng, depth).translate(str.maketrans("BDF", "AEC"))


def column(letter):
    return one_of(f"{letter}1:{letter}8")


def joined(rng, depth):
    return f"({number(rng, depth)}{rng.choice('+-*/^')}{number(rng, depth)})"


small, positive = one_of("-2", "-1", "0", "1", "2", "3"), one_of("1", "2", "3", "4")
criterion = one_of(
    '">2"',
    '"<>2"',
    '"a"',
    '"a*"',
    '"?b*"',
    '"<>"',
    '"="',
    "2",
    '"2"',
    "TRUE",
    '"north"',
    '"<=0"',
    "A1",
    "B2",
    "C3",
    '"*"',
    '"ab~*"',
    '"<b"',
)
date = one_of("D1", "D2", "D3", "40000", "36890")
n, t, c, R, A = number, text, condition, number_range, any_range

NUMBERS = [
    joined,
    joined,
    lambda rng, depth: f"-{n(rng, depth)}",
    lambda rng, depth: f"{n(rng, depth)}%",
    call("SUM", A),
    call("SUM", R, n),
    call("AVERAGE", R),
    call("AVERAGE", A),
    call("COUNT", A, n),
    call("COUNTA", A),
    call("COUNTBLANK", A),
    call("MIN", R, n),
    call("MAX", A),
    call("PRODUCT", R),
    call("MEDIAN", R),
    call("MODE.SNGL", R),
    call("LARGE", R, positive),
    call("SMALL", R, positive),
    call("STDEV.S", R),
    call("STDEV.P", R),
    call("VAR.S", R),
    call("SUMPRODUCT", column("A"), column("E")),
    call("SUMIF", A, criterion),
    call("SUMIF", column("B"), criterion, column("A")),
    call("SUMIFS", column("A"), column("B"), criterion),
    call("SUMIFS", column("A"), column("B"), criterion, column("C"), criterion),
    call("COUNTIF", A, criterion),
    call("COUNTIFS", column("B"), criterion, column("C"), criterion),
    call("AVERAGEIF", column("B"), criterion, column("A")),
    call("AVERAGEIFS", column("A"), column("B"), criterion),
    call("MAXIFS", column("A"), column("C"), criterion),
    call("MINIFS", column("E"), column("B"), criterion),
    call("ROUND", n, small),
    call("ROUNDUP", n, small),
    call("ROUNDDOWN", n, small),
    call("CEILING", n, n),
    call("FLOOR", n, n),
    call("INT", n),
    call("TRUNC", n, small),
    call("ABS", n),
    call("MOD", n, n),
    call("POWER", n, small),
    call("SQRT", n),
    call("EXP", small),
    call("LN", n),
    call("LOG10", n),
    call("SIGN", n),
    call("IF", c, n, n),
    call("IFS", c, n, c, n),
    call("SWITCH", n, positive, n, positive, n, n),
    call("IFERROR", n, n),
    call("IFNA", n, n),
    call("CHOOSE", positive, n, n, n),
    call("VLOOKUP", n, one_of("A1:E8"), positive, one_of("FALSE", "0")),
    call("MATCH", t, column("B"), one_of("0")),
    call("MATCH", n, column("E"), one_of("1")),
    call("XLOOKUP", n, column("E"), column("A")),
    call("XMATCH", n, column("E"), one_of("0", "-1", "1")),
    call("INDEX", column("A"), positive),
    call("ROWS", A),
    call("LEN", t),
    call("FIND", t, one_of('"abc abc"')),
    call("VALUE", t),
    call("YEAR", date),
    call("MONTH", date),
    call("DAY", date),
    call("DATE", one_of("1999", "2024"), small, n),
    call("WEEKDAY", date, one_of("1", "2", "3", "11", "14")),
    call("EOMONTH", date, small),
    call("EDATE", date, small),
    call("DAYS", date, date),
    call("NETWORKDAYS", date, date),
    call("WEEKNUM", date, one_of("1", "2", "21")),
    call("DATEDIF", one_of("36000"), date, one_of('"Y"', '"M"', '"D"', '"YM"')),
    call("PMT", one_of("0.05/12", "0"), positive, n),
    call("PV", one_of("0.05"), positive, n),
    call("FV", one_of("0.03"), positive, n, n),
    call("NPV", one_of("0.1"), R),
    call("LET", one_of("q"), n, one_of("q*q+1")),
    call("SUBTOTAL", one_of("9", "1", "2", "109"), R),
]
TEXTS = [
    call("LEFT", t, positive),
    call("RIGHT", t, positive),
    call("MID", t, positive, positive),
    call("UPPER", t),
    call("LOWER", t),
    call("PROPER", t),
    call("TRIM", t),
    call("SUBSTITUTE", t, one_of('"a"', '"b"'), t),
    call("REPLACE", t, positive, positive, t),
    call("CONCAT", A),
    call("CONCATENATE", t, one_of("E1")),
    call("TEXTJOIN", one_of('"-"'), c, A),
    call("REPT", t, positive),
    lambda rng, depth: f"{t(rng, depth)}&{t(rng, depth)}",
    call("TEXT", one_of("A1", "E3", "12.345"), one_of('"0.00"', '"#,##0.00"', '"0.0%"', '"000"')),
    call("TEXT", date, one_of('"yyyy-mm-dd"', '"dd/mm/yyyy"', '"mmm yy"')),
    call("IF", c, t, t),
]
ARRAYS = [
    call("FILTER", one_of("A1:B8"), one_of("A1:A8>0", "A1:A8<2", "A1:A8>100")),
    call("SORT", A),
    call("SORT", A, one_of("1"), one_of("-1")),
    call("SORTBY", column("B"), column("A"), one_of("1", "-1")),
    call("UNIQUE", A),
    call("SEQUENCE", positive, positive, n, n),
    call("TRANSPOSE", A),
    call("TAKE", one_of("A1:C8"), one_of("1", "3", "-2")),
    call("DROP", one_of("A1:C8"), one_of("1", "3", "-2")),
    call("VSTACK", R, A),
    call("HSTACK", R, A),
    lambda rng, depth: f"{R(rng, depth)}*{n(rng, 0)}",
    one_of("A1:A8*A1:C1", "A1:A3+E1:E5"),
    call("IF", one_of("A1:A8>1"), R, n),
]


def formula(rng, arrays=True):
    """One formula; among them, some that give arrays."""
    kind = rng.random()
    if kind < 0.6:
        return "=" + number(rng, 2)
    if kind < 0.75:
        return "=" + text(rng, 2)
    if kind < 0.85 or not arrays:
        return "=" + condition(rng, 2)
    return "=" + rng.choice(ARRAYS)(rng, 1)
