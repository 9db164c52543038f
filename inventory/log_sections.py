"""The sections of a day sheet (Articles 26, 97, 105, 106, 117), and who keeps one."""

from collections.abc import Mapping

from inventory.centre import CENTRE_TIERS

SECTIONS: Mapping[str, str] = {
    "power": "开关机", "problem": "遇到问题", "solved": "解决问题", "backup": "数据备份和恢复",
    "transfer": "数据上报下载", "room": "机房温湿度和 UPS", "review": "日志检查", "patrol": "巡检",
    "visit": "来访", "other": "其他",
}  # fmt: skip
LOG_TIERS = (*CENTRE_TIERS, "township")  # who keeps a log; a village's is its township's
# Words that say where an entry belongs, for whoever types before choosing. The first that fits
# wins: what was solved names the problem, too.
HINTS: Mapping[str, tuple[str, ...]] = {
    "solved": ("修复", "恢复正常", "已解决", "已更换", "排除", "处理完"),
    "transfer": ("上报", "下载", "上传", "导出数据", "报送"),
    "backup": ("备份", "数据恢复", "恢复测试", "还原", "光盘"),
    "room": ("温度", "湿度", "UPS", "ups", "空调", "电池"),
    "review": ("日志浏览", "日志检查", "系统日志", "防火墙日志", "看日志"),
    "patrol": ("巡检", "巡视", "检查机房"),
    "visit": ("来访", "来人", "参观", "陪同"),
    "power": ("开机", "关机", "重启", "停电", "来电", "断电"),
    "problem": ("故障", "中断", "不通", "告警", "报修", "异常", "坏", "慢", "打不开", "失败"),
}
