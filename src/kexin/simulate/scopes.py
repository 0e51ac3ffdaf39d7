"""What firms may do: their industry, and their scope as the registry writes it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from kexin.simulate.draws import stream
from kexin.simulate.rows import coded
from kexin.simulate.sectors import SECTORS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Ints
    from kexin.simulate.city import City

ACTIVITIES = (
    "技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广",
    "信息咨询服务",
    "货物进出口",
    "技术进出口",
    "软件销售",
    "信息系统集成服务",
    "电子产品销售",
    "机械设备销售",
    "企业管理咨询",
    "会议及展览服务",
    "广告设计、代理",
    "物业管理",
)
"""What is added to the sector's own trade."""


def industries(city: City) -> pa.Array:
    """Return each firm's industry code, one for all registers."""
    random = stream(city.seed, "industries")
    codes = [code for sector in SECTORS for code in sector.industries]
    count = np.array([len(sector.industries) for sector in SECTORS])
    start = np.cumsum(count) - count
    own = (random.random(city.size) * count[city.sector]).astype(int)
    return coded(start[city.sector] + own, codes)


def scopes(sector: Ints, number: Ints, kinds: int) -> pa.Array:
    """Return business scopes by firms' sectors and the numbers of their scopes.

    Args:
        sector: Places in `SECTORS`.
        number: Numbers below `kinds`.
        kinds: How many scopes a sector has.
    """
    return every_scope(kinds).take(pa.array(sector.astype(int) * kinds + number))


@functools.cache
def every_scope(kinds: int) -> pa.Array:
    """Return the scopes of all sectors, those of a sector together."""
    written = [scope(s, n) for s in range(len(SECTORS)) for n in range(kinds)]
    return pa.array(written, pa.string())


def scope(sector: int, number: int) -> str:
    """Return one business scope."""
    trades = SECTORS[sector].words
    count = len(ACTIVITIES)
    added = {(number * step + sector) % count for step in range(1, 3 + number % 4)}
    own = f"{trades[number % len(trades)]}相关产品的研发与销售"
    return f"一般项目：{own}；{'；'.join(ACTIVITIES[i] for i in sorted(added))}"
