"""A firm without invoices is in the panel, and what is not known of it is said so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from kexin.algebra.engine import connect
from kexin.intake.deliver import deliver
from kexin.intake.mapping import read_mapping
from kexin.intake.warehouse import open_warehouse
from kexin.panel.files import Held, write_panels
from kexin.settings import Engine
from kexin.signals.catalogue import catalogue
from kexin.signals.signal import sentence

ROOT = Path(__file__).parents[3]
DAY = date(2020, 1, 31)
FIRMS = """\
企业代号,企业名称,信誉评级,是否违约
E1,甲公司,A,否
E2,乙公司,B,否
"""
SOLD = """\
企业代号,发票号码,开票日期,购方单位代号,金额,税额,价税合计,发票状态
E1,1,2019-08-04,B1,100.0,13.0,113.0,有效发票
"""


def test_a_firm_without_invoices_has_a_row_in_which_nothing_is_known(
    tmp_path: Path,
) -> None:
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    (delivery / "att1_firms.csv").write_text(FIRMS, encoding="utf-8")
    (delivery / "att1_output_invoices.csv").write_text(SOLD, encoding="utf-8")
    mapping = read_mapping(ROOT / "data/mappings/cumcm2020c.toml")
    engine = connect(Engine(threads=1))
    deliver([delivery], mapping, tmp_path / "warehouse", date(2026, 1, 1), engine)
    held = open_warehouse(tmp_path / "warehouse", engine)
    signals = catalogue()
    (made,) = write_panels(
        list(signals.values()),
        [DAY],
        Held(held.tables, held.digest, held.known_from),
        tmp_path / "panels",
    )
    panel = pd.read_parquet(made.path).set_index("firm_key")
    assert list(panel.index) == ["CUMCM:E1", "CUMCM:E2"]
    assert panel.loc["CUMCM:E1", "inv.sales_12m"] == 100
    invoiced = [name for name in signals if name.startswith("inv.")]
    needs_none = {"inv.red_old_6m"}  # 0 without a row (READINGS.md A06)
    silent = panel.loc["CUMCM:E2", [n for n in invoiced if n not in needs_none]]
    assert silent.isna().all()
    told = sentence(signals["inv.sales_12m"], float("nan"), "en")
    assert told.endswith("no record of the table was ever received")
