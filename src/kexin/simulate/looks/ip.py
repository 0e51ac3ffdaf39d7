"""Files of a data vendor for patents, trademarks and software copyrights (知识产权)."""

from kexin.registers.ip import (
    IpCitation,
    IpPatent,
    IpPatentEvent,
    IpPatentHolder,
    IpSoftware,
    IpTrademark,
)
from kexin.simulate.looks.look import Look, Supplier

PATENT_OFFICE = Supplier(
    id="ip",
    zh="知识产权信息中心",
    form="jsonl",
    days="%Y%m%d",
    yes="true",
    no="false",
    code="权利人代码",
    name="申请（专利权）人",
    sent="入库时间",
    operation="更新方式",
    new="新增",
    changed="更新",
    deleted="删除",
)

ip_patent = Look(
    table=IpPatent,
    supplier=PATENT_OFFICE,
    file="专利著录",
    headings={
        "app_no": "申请号",
        "pub_date": "公开日",
        "legal_status": "当前法律状态",
        "ipc_main": "IPC主分类号",
        "claims_count": "权利要求数量",
        "pct_flag": "是否PCT",
    },
)

ip_patent_holder = Look(
    table=IpPatentHolder,
    supplier=PATENT_OFFICE,
    file="专利权人",
    headings={
        "holder_seq": "权利人顺序",
        "holder_name_raw": "权利人名称",
        "valid_from": "权利起始日",
        "valid_to": "权利终止日",
        "acquired_by_transfer": "是否受让",
    },
    own_name="holder_name_raw",
)

ip_patent_event = Look(
    table=IpPatentEvent,
    supplier=PATENT_OFFICE,
    file="专利法律状态",
    headings={
        "event_code": "法律状态事件",
        "event_date": "法律状态生效日",
        "announce_date": "法律状态公告日",
        "seq": "事件序号",
        "other_party": "对方当事人",
        "amount": "合同金额",
    },
)

ip_citation = Look(
    table=IpCitation,
    supplier=PATENT_OFFICE,
    file="专利引证",
    headings={
        "citing_no": "引证专利申请号",
        "cited_no": "被引证专利申请号",
        "citing_pub_date": "引证专利公开日",
        "is_self": "自引标志",
    },
)

ip_trademark = Look(
    table=IpTrademark,
    supplier=PATENT_OFFICE,
    file="商标注册",
    headings={
        "tm_no": "注册/申请号",
        "tm_class": "国际分类",
        "expiry_date": "专用权截止日期",
        "tm_status": "商标状态",
    },
    name="申请人名称",
)

ip_software = Look(
    table=IpSoftware,
    supplier=PATENT_OFFICE,
    file="软件著作权",
    headings={"sw_name": "软件全称", "reg_date": "登记批准日期"},
    name="著作权人",
)
