"""Twelve sectors and thirteen districts: what a firm's trade and place say of it.

Figures: SIMULATOR.md section 3.1. Industry codes: GB/T 4754-2017; tax rates of the
VAT law by what is mostly sold [design].
"""

from __future__ import annotations

from typing import NamedTuple


class Sector(NamedTuple):
    """One sector.

    Attributes:
        id: Short name.
        weight: Share of firms.
        tech: Whether it is a technology sector.
        sales: Median of yearly sales, CNY.
        log_hazard: Log hazard of distress against the city's.
        rd: Median share of sales that goes into research and development.
        holder: Chance that a firm holds inventions.
        exporter: Chance that it exports.
        general: Chance that it is a general taxpayer at CNY 2 m of sales.
        industries: Industry codes of its firms.
        words: Trade words in its firms' names.
        vat: Rate of output tax.
        purchases: Purchases as a share of sales.
        service: Whether it sells services (a flatter season).
    """

    id: str
    weight: float
    tech: bool
    sales: float
    log_hazard: float
    rd: float
    holder: float
    exporter: float
    general: float
    industries: tuple[str, ...]
    words: tuple[str, ...]
    vat: float
    purchases: float
    service: bool

    @property
    def maker(self) -> bool:
        """Whether its firms make things: their industries are of section C."""
        return self.industries[0].startswith("C")


SECTORS = (
    Sector("software", 0.20, True, 1.6e6, 0.05, 0.14, 0.30, 0.02, 0.30,
           ("I6513", "I6519", "I6520", "I6540", "I6450"),
           ("软件", "信息技术", "网络科技", "数据科技"), 0.06, 0.35, True),
    Sector("electronics", 0.08, True, 4.5e6, -0.05, 0.07, 0.45, 0.14, 0.45,
           ("C3971", "C3982", "C3919", "C3990"),
           ("电子", "电子科技", "光电科技"), 0.13, 0.62, False),
    Sector("instruments", 0.05, True, 3.5e6, -0.20, 0.09, 0.50, 0.12, 0.42,
           ("C4011", "C3581", "C3589", "C4090"),
           ("仪器", "医疗器械", "测控技术"), 0.13, 0.55, False),
    Sector("biotech", 0.04, True, 2.0e6, 0.05, 0.20, 0.55, 0.05, 0.30,
           ("C2761", "M7340", "C2710"),
           ("生物科技", "医药科技", "生物医药"), 0.13, 0.50, False),
    Sector("materials", 0.05, True, 5.0e6, -0.10, 0.06, 0.45, 0.15, 0.45,
           ("C2659", "C3074", "C3841", "C3825"),
           ("新材料", "新能源科技", "能源技术"), 0.13, 0.65, False),
    Sector("chips", 0.05, True, 3.0e6, 0.05, 0.22, 0.55, 0.10, 0.38,
           ("C3973", "I6520", "C3911"),
           ("微电子", "智能科技", "半导体"), 0.13, 0.55, False),
    Sector("research", 0.10, True, 1.3e6, 0.10, 0.12, 0.28, 0.01, 0.28,
           ("M7320", "M7519", "M7590", "M7452"),
           ("技术服务", "科技", "检测技术"), 0.06, 0.35, True),
    Sector("manufacturing", 0.11, False, 5.5e6, -0.05, 0.02, 0.12, 0.18, 0.45,
           ("C3399", "C1819", "C2929", "C3484"),
           ("机械", "五金制造", "塑胶制品"), 0.13, 0.68, False),
    Sector("trade", 0.16, False, 3.2e6, 0.15, 0.00, 0.03, 0.08, 0.35,
           ("F5199", "F5292", "F5179", "F5137"),
           ("贸易", "电子商务", "商贸"), 0.13, 0.82, False),
    Sector("business", 0.08, False, 1.2e6, 0.10, 0.01, 0.04, 0.01, 0.25,
           ("L7291", "L7281", "L7249"),
           ("企业管理", "文化传媒", "咨询"), 0.06, 0.35, True),
    Sector("construction", 0.05, False, 4.0e6, 0.30, 0.01, 0.06, 0.00, 0.45,
           ("E4790", "E5010", "E4920"),
           ("建设工程", "装饰工程", "建筑"), 0.09, 0.70, False),
    Sector("other", 0.03, False, 1.5e6, 0.05, 0.00, 0.02, 0.01, 0.25,
           ("O8190", "R9090", "H6210"),
           ("服务", "餐饮管理", "文体用品"), 0.06, 0.45, True),
)  # fmt: skip

CONSTRUCTION = 10


class District(NamedTuple):
    """One district: its code, its sign in court numbers, its share of firms."""

    code: str
    court: str
    name: str
    weight: float


DISTRICTS = (
    District("330102", "浙0102", "上城", 0.10),
    District("330105", "浙0105", "拱墅", 0.11),
    District("330106", "浙0106", "西湖", 0.14),
    District("330108", "浙0108", "滨江", 0.12),
    District("330109", "浙0109", "萧山", 0.14),
    District("330110", "浙0110", "余杭", 0.12),
    District("330113", "浙0113", "临平", 0.05),
    District("330114", "浙0114", "钱塘", 0.04),
    District("330111", "浙0111", "富阳", 0.06),
    District("330112", "浙0112", "临安", 0.07),
    District("330122", "浙0122", "桐庐", 0.02),
    District("330127", "浙0127", "淳安", 0.01),
    District("330182", "浙0182", "建德", 0.02),
)
