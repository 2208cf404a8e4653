"""Provinces, kinds of places (GB/T 2260, GB/T 10114, statistical urban-rural codes)."""

from onedoor.standards.code_sets.table import CodeSet, rows

PLACES = (
    CodeSet(
        "province",
        "省级行政区",
        "GB/T 2260-2007",
        rows(
            "11 北京 Beijing · 12 天津 Tianjin · 13 河北 Hebei · 14 山西 Shanxi · 15 内蒙古 Inner Mongolia · "
            "21 辽宁 Liaoning · 22 吉林 Jilin · 23 黑龙江 Heilongjiang · 31 上海 Shanghai · 32 江苏 Jiangsu · "
            "33 浙江 Zhejiang · 34 安徽 Anhui · 35 福建 Fujian · 36 江西 Jiangxi · 37 山东 Shandong · 41 河南 Henan · "
            "42 湖北 Hubei · 43 湖南 Hunan · 44 广东 Guangdong · 45 广西 Guangxi · 46 海南 Hainan · 50 重庆 Chongqing · "
            "51 四川 Sichuan · 52 贵州 Guizhou · 53 云南 Yunnan · 54 西藏 Xizang · 61 陕西 Shaanxi · 62 甘肃 Gansu · "
            "63 青海 Qinghai · 64 宁夏 Ningxia · 65 新疆 Xinjiang · 71 台湾 Taiwan · 81 香港 Hong Kong · 82 澳门 Macao"
        ),
    ),
    CodeSet(
        "division_level",
        "行政层级",
        "GB/T 39046-2020",
        rows(
            "1 国家 nation · 2 省 province · 3 地 prefecture · 4 县 county · 5 乡 township · 6 村（社区） village or community"
        ),
    ),
    CodeSet(
        "urban_rural",
        "城乡分类",
        "统计用城乡划分代码",
        rows(
            "111 主城区 main urban · 112 城乡结合区 urban fringe · 121 镇中心区 town centre · 122 镇乡结合区 town fringe · "
            "123 特殊区域 special area · 210 乡中心区 township centre · 220 村庄 village"
        ),
    ),
)
