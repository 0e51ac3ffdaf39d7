"""Faults in the language, the panel and the declarations: see `faults`.

Each is a file below `src/kexin`, a text that stands there once, and what is put in its
place: a boundary, a visibility, an absence, a window moved by a little.
"""

COMPILER, RESOLVE, DATES, WINDOWS = (
    "algebra/to_ibis.py",
    "algebra/resolve.py",
    "algebra/dates.py",
    "panel/days.py",
)
EVIDENCE, FOLDING = "panel/evidence.py", "panel/folding.py"
BUILD, GAPS, GROUPS = "panel/build.py", "panel/gaps.py", "panel/groups.py"
RECORDS = "panel/records.py"
PEERS, CIRCLES, SOURCES = "panel/peers.py", "panel/circles.py", "panel/sources.py"
EVENTS, READABLE = "panel/events.py", "panel/readable.py"
OUTCOMES, MODELLED = "panel/outcomes.py", "panel/modelled.py"
LOANS = "panel/loans.py"
SIGNAL, TAX = "signals/signal.py", "registers/tax.py"
INVOICES, VAT = "signals/invoices.py", "signals/vat.py"

VISIBILITY = [
    (WINDOWS, "met.known_at < met.midnight", "met.known_at <= met.midnight"),
    (WINDOWS, "met.known_at < met.midnight", "met.known_at.notnull()"),
    (WINDOWS, "superseded_at >= met.midnight", "superseded_at > met.midnight"),
    (WINDOWS, "met.superseded_at.isnull() |", "met.superseded_at.notnull() |"),
    (WINDOWS, "table.superseded_at.isnull() |", "table.superseded_at.notnull() |"),
    (WINDOWS, "table.superseded_at >= ibis", "table.superseded_at > ibis"),
    (WINDOWS, "for place in (0, -1))", "for place in (0, 0))"),
    (WINDOWS, "met.known_at < met.midnight, stands", "met.known_at < met.midnight"),
    (DATES, "as_of + timedelta(1), time.min", "as_of, time.max"),
    (DATES, "as_of + timedelta(1), time.min", "as_of, time.min"),
]

SPANS = [
    (COMPILER, "leaf) <= leaf(span.until)", "leaf) < leaf(span.until)"),
    (COMPILER, "leaf) > leaf(span.after)", "leaf) >= leaf(span.after)"),
    (COMPILER, "None else [to_ibis(where, leaf)]", "None else []"),
    (COMPILER, 'getattr(reduction, "on", None) or Column', "Column"),
    (RESOLVE, "Span(after, AsOf(ending))", "Span(after, AsOf())"),
    (RESOLVE, "AsOf(ending + months) if months", "AsOf(months) if months"),
    (RESOLVE, "moved(first, -earliest)", "moved(first, 1 - earliest)"),
    (RESOLVE, "moved(first, 1 - latest)", "moved(first, -latest)"),
    (RESOLVE, "months) + timedelta(days)", "months) - timedelta(days)"),
    (RESOLVE, "return following - timedelta(1)", "return following"),
    (DATES, "min(day.day, length)", "min(day.day, 28)"),
]

KNOWN_MONTHS = [
    (DATES, "timedelta(lag_days) + timedelta(1)", "timedelta(lag_days)"),
    (RESOLVE, "ClosedMonth(0, series.lag_days,", "ClosedMonth(0, 0,"),
    (
        RESOLVE,
        "ClosedMonth(quarterly=oldest.quarterly)",
        "ClosedMonth(0, oldest.lag_days, oldest.quarterly)",
    ),
    (RESOLVE, "quarterly=step > 1", "quarterly=False"),
    (RESOLVE, 'Operation(">", newest', 'Operation(">=", newest'),
    (RESOLVE, "closed, series.where)", "closed)"),
    (RESOLVE, "moved(oldest, months - step), ", "oldest, "),
    (RESOLVE, "chosen(reduction, series, step=3)", "by_month"),
    (RESOLVE, "math.ceil(series", "math.floor(series"),
    (DATES, "month.month % 3)", "month.month % 3 - 3)"),
]

WORDS = [
    (COMPILER, '.cast("float64").nullif(0)', '.cast("float64")'),
    (COMPILER, '"or": operator.or_', '"or": operator.and_'),
    (COMPILER, '"<=": operator.le', '"<=": operator.lt'),
    (COMPILER, "strictest(ibis.greatest)", "ibis.greatest"),
    (COMPILER, "strictest(ibis.least)", "ibis.least"),
    (COMPILER, "last.day()) & ~ends_month", "last.day())"),
    (COMPILER, "(first.day() > last.day())", "(first.day() >= last.day())"),
    (COMPILER, 'delta(day, unit="day") - 1', 'delta(day, unit="day")'),
    (COMPILER, '["*"](wide, wide)', '["*"](amount, amount)'),
    (COMPILER, 'item.cast("float64") + 1.0', 'item.cast("float64") + 0.0'),
    (COMPILER, "known > 0.0, known, None", "known >= 0.0, known, None"),
    (COMPILER, "ibis.greatest(real, 1.0).ln()", "real.ln()"),
    (COMPILER, ".cases(*pairs, else_=otherwise)", ".cases(*pairs)"),
    (COMPILER, "text.left(length)", "text.left(length + 1)"),
    (COMPILER, 'a + "\\t" + b', "a + b[:0]"),
    (COMPILER, '"*": exact(operator.mul, sum)', '"*": exact(operator.mul, max)'),
    (COMPILER, '"-": exact(operator.sub, max)', '"-": operator.sub'),
    (COMPILER, "max(told.precision, SHORT)", "told.precision"),
    (
        COMPILER,
        "any(t.is_floating() for t in types)",
        "all(t.is_floating() for t in types)",
    ),
    (COMPILER, "present(items).length() - 1", "present(items).length()"),
    (COMPILER, "present(items).length() - 1", "items.length() - 1"),
    (COMPILER, "ibis.ifelse(each.notnull(), at, None)", "at"),
    (COMPILER, "return ibis.ifelse(rows, value, None)", "return value"),
    (COMPILER, "((last + 1) // 2)", "(last // 2)"),
    (COMPILER, "ordered = present(items).sort()", "ordered = present(items)"),
    (COMPILER, ".fill_null(1)).index(1)", ".fill_null(0)).index(1)"),
    (COMPILER, "present(items).maxs()", "items[0]"),
    (RECORDS, "flagged[place].any()", "flagged[place].all()"),
    (RECORDS, "flagged.filter(flagged.value.notnull())", "flagged"),
    (RECORDS, "values.count(where=values[place])", "values.count()"),
    (RECORDS, "if condition is None else seen.filter", "if condition else seen.filter"),
    (RECORDS, "for a, p in places if a.where == where]", "for a, p in places]"),
    (RECORDS, "if a.where not in alone]", "if a.where is None]"),
    (GROUPS, "both[name].fill_null(0)", "both[name].fill_null(1)"),
    (COMPILER, "lambda value: value.median()", "lambda value: value.max()"),
    (COMPILER, "include_null=True", "include_null=False"),
    (COMPILER, '("event_date", "known_at", "row_id")', '("event_date",)'),
    (COMPILER, "(days > back)", "(days >= back)"),
    (DATES, "FESTIVAL_DAYS = 7", "FESTIVAL_DAYS = 8"),
    (DATES, "SPELL_BEFORE = 15, 3", "SPELL_BEFORE = 15, 2"),
]

GROUPED = [
    (GROUPS, "last = reduction.skip + reduction.top", "last = reduction.top"),
    (GROUPS, "a.where is None or (a.window, a.on) not in all_of", "a.where is None"),
    (GROUPS, "number >= reduction.skip", "number >= 0"),
    (GROUPS, "(reduction.skip, reduction.top) != (0, 1)", "reduction.top is None"),
    (GROUPS, "rank.desc(), ", "rank, "),
    (GROUPS, "groups.group_name]", "groups.group_name.desc()]"),
    (GROUPS, "ibis.ifelse(rank.notnull(), place, None)", "place"),
    (GROUPS, "named.filter(named.group_name.notnull())", "named"),
    (GROUPS, "rows.holds & ~before & rows.counts", "rows.holds & rows.counts"),
    (GROUPS, 'group_by=[*KEYS, "group_name"],', "group_by=[*KEYS],"),
    (GROUPS, '["event_date", "known_at", "row_id"]', '["known_at", "row_id"]'),
    (GROUPS, "counts=within(turning, leaf)", "counts=ibis.literal(True)"),
    (BUILD, 'frozenset({"sum", "count", "distinct"})', 'frozenset({"sum"})'),
    (BUILD, "isinstance(leaf, Turns) or getattr", "getattr"),
    (RECORDS, "return None if aggregate.on is not None else to_span", "return to_span"),
    (RECORDS, "ibis.least(earliest, *others)", "ibis.greatest(earliest, *others)"),
    (RECORDS, "aggregate.window, aggregate.where, aggregate.on)", "aggregate.where)"),
    (WINDOWS, "return len(known.as_ofs) == 1", "return True"),
    (FOLDING, "seen.event_date > leaf(cut)", "seen.event_date >= leaf(cut)"),
    (FOLDING, '"count": "sum"', '"count": "max"'),
    (FOLDING, "window=ALWAYS)", "window=ALWAYS, where=None)"),
    (EVIDENCE, "(*ALL_REDUCTIONS, Peers, Statistic)", "ALL_REDUCTIONS"),
    (EVIDENCE, "node.function in TELL_OF_ABSENCE", "False"),
    (BUILD, '.order_by("as_of", "firm_key")', '.order_by("firm_key")'),
    (GAPS, "(before < first)", "(before <= first)"),
    (GAPS, "(after > last)", "(after >= last)"),
    (GAPS, "firms.end + ibis.interval(days=1)", "firms.end + ibis.interval(days=0)"),
    (GAPS, "ibis.greatest(firms.longest.fill_null(0), open_stretch)", "open_stretch"),
    (GAPS, "FESTIVAL_DAYS * weeks_between(", "0 * weeks_between("),
]

OTHER_FIRMS = [
    (PEERS, 'items.cast("float64").median()', "items.median()"),
    (PEERS, 'group_by("as_of", *keys)', "group_by(*keys)"),
    (PEERS, "    if not peers.others:\n        return whole\n", ""),
    (PEERS, "item.notnull().cast", "item.isnull().cast"),
    (PEERS, "ibis.coalesce(item, 0)", "item"),
    (CIRCLES, "np.bincount(component)[component]", "np.bincount(number)"),
    (CIRCLES, "seen.filter(to_ibis(circle.where, leaf))", "seen"),
    (CIRCLES, "directed=False", 'directed=True, connection="strong"'),
]

VIEWS = [
    (SOURCES, "ibis.greatest(pairs.left_known_at", "ibis.least(pairs.left_known_at"),
    (
        SOURCES,
        "ibis.least(\n            pairs.left_superseded_at",
        "ibis.greatest(\n            pairs.left_superseded_at",
    ),
    (SOURCES, "table.filter(to_ibis(view.where, leaf))", "table"),
    (SOURCES, "pairs.filter(to_ibis(view.where, leaf))", "pairs"),
    (
        SOURCES,
        "ibis.least(to_ibis(view.end, leaf).cast",
        "(to_ibis(view.end, leaf).cast",
    ),
    (SOURCES, "month_number(end) + 1", "month_number(end)"),
    (SOURCES, "ibis.ifelse(begun < FIRST_MONTH, FIRST_MONTH, begun)", "begun"),
    (SOURCES, "rows.month_number % 12 + 1", "rows.month_number % 12"),
    (SOURCES, "a.union(b), alike", "a.union(b, distinct=True), alike"),
    (
        SOURCES,
        "pairs = left.join(right, [left[a] == right[b] for a, b in keys])\n\n",
        "pairs = left.join(right, [left[a] == right[b] for a, b in keys[:1]])\n\n",
    ),
    (SOURCES, "pairs.left_event_date", "pairs.right_event_date"),
    (EVENTS, 'table["op"] != "D", ', ""),
    (
        EVENTS,
        "exec_amount >= OWED_AT_LEAST)\n    day",
        "exec_amount > OWED_AT_LEAST)\n    day",
    ),
    (EVENTS, "both.over <= both.day)\n    paid", "both.over < both.day)\n    paid"),
    (EVENTS, "GRACE_DAYS = 60", "GRACE_DAYS = 59"),
    (EVENTS, "LOST_DAYS = 90", "LOST_DAYS = 91"),
    (
        EVENTS,
        "both.over <= both.day)\n        ended",
        "both.over < both.day)\n        ended",
    ),
    (EVENTS, "return ibis.greatest(moment, day", "return ibis.least(moment, day"),
    (EVENTS, "numbered.place == 0", "numbered.place >= 0"),
    (EVENTS, "cases.exec_amount.isnull() | (", "("),
]

CONSENT = [
    (READABLE, "grants.granted_at < end", "grants.granted_at <= end"),
    (READABLE, "grants.expires_at >= end", "grants.expires_at > end"),
    (READABLE, "grants.revoked_at >= end", "grants.revoked_at > end"),
    (READABLE, "        & (grants.purpose == PURPOSE)\n", ""),
    (READABLE, "        (grants.grantee == GRANTEE)\n        & ", "        "),
    (READABLE, "every.known_at < every.midnight", "every.known_at.notnull()"),
    (READABLE, "nobody_asked | met[name]", "met[name]"),
    (READABLE, "if public or register not in CONSENTED", "if public"),
    (READABLE, '"si", "hf", "cus"', '"hf", "cus"'),
    (READABLE, "(*covered, f", "(f"),
    (READABLE, 'placed.district, "")\n', '"", "")\n'),
]

DECLARED = [
    (SIGNAL, "abs(value) >= TENTH", "abs(value) > TENTH"),
    (SIGNAL, "math.expm1(value)", "math.exp(value)"),
    (SIGNAL, 'place["yes"] if value', 'place["no"] if value'),
    (SIGNAL, "{HUNDRED * value:z,.", "{HUNDRED * value:,."),
    (
        TAX,
        'lag_days=3,\n    measure="amount_ex_tax"',
        'lag_days=4,\n    measure="amount_ex_tax"',
    ),
    (VAT, "KNOWN_AT_LEAST = 6", "KNOWN_AT_LEAST = 7"),
    (VAT, "returns > 0", "returns >= 0"),
    (VAT, "(3, 4), (4, 3)", "(3, 12), (4, 3)"),
    (VAT, "given(amount.is_in(0))", "given(amount < 0)"),
    (INVOICES, '.is_in("void", "red")', '.is_in("void")'),
    (INVOICES, "sold_net, bought_net = sold & ~void,", "sold_net, bought_net = sold,"),
    (
        INVOICES,
        "TaxInvoice.counterparty_code, TaxInvoice.counterparty_name)",
        "TaxInvoice.counterparty_name, TaxInvoice.counterparty_code)",
    ),
    (INVOICES, ".given(parties >= 3)", ".given(parties > 3)"),
    (INVOICES, "sales_by_month[2:14]", "sales_by_month[3:14]"),
    (
        INVOICES,
        ".clip(0, 5).given(sales >= 100_000)",
        ".clip(0, 5).given(sales > 100_000)",
    ),
    (INVOICES, "bought_net) >= 25_000", "bought_net) > 25_000"),
    (INVOICES, ").given(sold_n >= 12)", ").given(sold_n >= 11)"),
    (INVOICES, "(issued,)) < 3)", "(issued,)) <= 3)"),
    (
        INVOICES,
        "sales_months.months(1, 3), sold_blue)",
        "sales_months.months(1, 3), sold_net)",
    ),
    (
        INVOICES,
        '.invoice_status.is_in("normal")',
        '.invoice_status.is_in("normal", "red_full")',
    ),
    (INVOICES, "reduction.where, issue_month", "reduction.where"),
    (INVOICES, 'is_in("e_special", "e_normal")', 'is_in("e_special")'),
    (INVOICES, "(sold_n > 0) & (bought_n > 0)", "(sold_n > 0) | (bought_n > 0)"),
    (INVOICES, "given(sold_n + bought_n >= 5)", "given(sold_n >= 5)"),
    (
        INVOICES,
        '"distinct", issue_month, Months(1, 12), sold_blue',
        '"distinct", issue_month, YEAR, sold_blue',
    ),
]

BECAME = [
    (OUTCOMES, "(day > self.after)", "(day >= self.after)"),
    (OUTCOMES, "(day <= self.until)", "(day < self.until)"),
    (OUTCOMES, "REPORTING_MONTHS = 4", "REPORTING_MONTHS = 3"),
    (OUTCOMES, "> pd.Timestamp(as_of)\n", ">= pd.Timestamp(as_of)\n"),
    (
        OUTCOMES,
        "min(period.until, period.known_by)\n    begun",
        "period.until\n    begun",
    ),
    (OUTCOMES, "every.event_date > begun, ", ""),
    (OUTCOMES, '        (firms["ineligible"], "ineligible"),\n', ""),
    (OUTCOMES, '"].eq(True) | bad_before', '"].eq(True)'),
    (OUTCOMES, "period.after)) & unknown", "period.after))"),
    (OUTCOMES, "both.event_date >= both.day", "both.event_date > both.day"),
    (OUTCOMES, "every = own if label", "every = own if label == 'any' or label"),
    (OUTCOMES, "ibis.greatest(since.known_at, since.tied_at)", "since.known_at"),
    (OUTCOMES, '("merged_into", "split")', '("merged_into",)'),
    (OUTCOMES, "day.where(gone & inside & left)", "day.where(inside & left)"),
    (OUTCOMES, '        (firms["left"].notna(), "left"),\n', ""),
    (OUTCOMES, '(bad, "bad")', '(bad & mature, "bad")'),
    (OUTCOMES, "mature & np.isin(outcome", "np.isin(outcome"),
    (OUTCOMES, "long_seen = lost >= ", "long_seen = lost > "),
    (OUTCOMES, "last.report_month < month_start", "last.report_month <= month_start"),
    (OUTCOMES, "ended & ~repaid", "ended"),
    (
        OUTCOMES,
        "    last = last.filter(period.near(last.report_month))\n    ended",
        "    ended",
    ),
    (OUTCOMES, 'seen(tables["reg_firm"], period.known_by)', 'tables["reg_firm"]'),
    (OUTCOMES, ' & both["heir"].notna()', ""),
    (OUTCOMES, '.sort_values(["event_date", "event"])', '.sort_values("known_at")'),
    (OUTCOMES, 'known_at", "min")', 'known_at", "max")'),
    (OUTCOMES, '        .anti_join(bad_loans(tables, period.after), "firm_key")\n', ""),
    (MODELLED, "before.event_date > year_ago", "before.event_date >= year_ago"),
    (MODELLED, "registry.establish_date <= months", "registry.establish_date < months"),
    (MODELLED, "returns.event_date > year_ago", "returns.event_date >= year_ago"),
    (MODELLED, '        .semi_join(taxed(tables, as_of), "firm_key")\n', ""),
    (MODELLED, "(end > as_of)", "(end >= as_of)"),
    (
        MODELLED,
        "cases.exec_status.notin(PERFORMED)",
        'cases.exec_status.isin(["open"])',
    ),
    (MODELLED, "GRACE_DAYS) <= day", "GRACE_DAYS - 2) <= day"),
    (MODELLED, '(t.case_kind == "wage_blacklist") & ', ""),
    (MODELLED, "*public, bad_loans(tables, as_of)", "*public"),
    (MODELLED, "~registry.is_branch,\n        ", ""),
    (LOANS, "reports.dpd - PAST_DUE_DAYS + 1", "reports.dpd - PAST_DUE_DAYS"),
    (LOANS, "CoreLoanOutcome.balance > OWED", "CoreLoanOutcome.balance >= OWED"),
    (LOANS, "CoreLoanOutcome.dpd >= DOUBTFUL", "CoreLoanOutcome.dpd > DOUBTFUL"),
    (LOANS, "reports.report_month.desc()", "reports.report_month"),
    (LOANS, "told.met & ~told.before", "told.met"),
    (
        LOANS,
        "(last_reports(tables, as_of), owing)",
        "(last_reports(tables, as_of), owing | past_due | classified)",
    ),
    (EVENTS, "ibis.coalesce(done.closed_date, told_on)", "done.closed_date"),
    (EVENTS, '.union(withdrawn(tables["court_enforcement"], key))', ""),
]

FAULTS = [
    *(*VISIBILITY, *SPANS, *KNOWN_MONTHS, *WORDS, *GROUPED),
    *(*OTHER_FIRMS, *VIEWS, *CONSENT, *BECAME, *DECLARED),
]
