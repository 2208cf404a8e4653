"""Attributes of persons (GB/T 2261, 3304, 4658, 4761, 4762, 26341, 42195)."""

from onedoor.standards.code_sets.table import CodeSet, rows

PEOPLE = (
    CodeSet("sex", "性别", "GB/T 2261.1-2003", rows("0 未知 unknown · 1 男 male · 2 女 female · 9 未说明 not stated")),
    CodeSet(
        "marital_status",
        "婚姻状况",
        "GB/T 2261.2-2003",
        rows(
            "10 未婚 never married · 20 已婚 married · 21 初婚 first marriage · 22 再婚 remarried · "
            "23 复婚 remarried to former spouse · 30 丧偶 widowed · 40 离婚 divorced · 90 未说明 not stated"
        ),
    ),
    CodeSet(
        "ethnicity",
        "民族",
        "GB/T 3304-1991",
        rows(
            "01 汉 Han · 02 蒙古 Mongol · 03 回 Hui · 04 藏 Zang · 05 维吾尔 Uygur · 06 苗 Miao · 07 彝 Yi · "
            "08 壮 Zhuang · 09 布依 Buyei · 10 朝鲜 Chosen · 11 满 Man · 12 侗 Dong · 13 瑶 Yao · 14 白 Bai · "
            "15 土家 Tujia · 16 哈尼 Hani · 17 哈萨克 Kazak · 18 傣 Dai · 19 黎 Li · 20 傈僳 Lisu · 21 佤 Va · "
            "22 畲 She · 23 高山 Gaoshan · 24 拉祜 Lahu · 25 水 Sui · 26 东乡 Dongxiang · 27 纳西 Naxi · "
            "28 景颇 Jingpo · 29 柯尔克孜 Kirgiz · 30 土 Tu · 31 达斡尔 Daur · 32 仫佬 Mulao · 33 羌 Qiang · "
            "34 布朗 Blang · 35 撒拉 Salar · 36 毛南 Maonan · 37 仡佬 Gelao · 38 锡伯 Xibe · 39 阿昌 Achang · "
            "40 普米 Pumi · 41 塔吉克 Tajik · 42 怒 Nu · 43 乌孜别克 Uzbek · 44 俄罗斯 Russ · 45 鄂温克 Ewenki · "
            "46 德昂 Deang · 47 保安 Bonan · 48 裕固 Yugur · 49 京 Gin · 50 塔塔尔 Tatar · 51 独龙 Derung · "
            "52 鄂伦春 Oroqen · 53 赫哲 Hezhen · 54 门巴 Monba · 55 珞巴 Lhoba · 56 基诺 Jino"
        ),
    ),
    # In use beside the standard; kept apart so that an export can leave them out.
    CodeSet(
        "ethnicity_extension",
        "民族（扩展）",
        "惯例",
        rows("97 其他 other · 98 外国血统中国籍人士 foreign descent · 99 未说明 not stated"),
    ),
    CodeSet(
        "education",
        "学历",
        "GB/T 4658-2006",
        rows(
            "10 研究生教育 · 11 博士毕业 · 12 博士结业 · 13 博士肄业 · 14 硕士毕业 · 15 硕士结业 · 16 硕士肄业 · "
            "17 研究生班毕业 · 18 研究生班结业 · 19 研究生班肄业 · 20 大学本科教育 · 21 大学本科毕业 · 22 大学本科结业 · "
            "23 大学本科肄业 · 28 大学普通班毕业 · 30 大学专科教育 · 31 大学专科毕业 · 32 大学专科结业 · 33 大学专科肄业 · "
            "40 中等职业教育 · 41 中等专科毕业 · 42 中等专科结业 · 43 中等专科肄业 · 44 职业高中毕业 · 45 职业高中结业 · "
            "46 职业高中肄业 · 47 技工学校毕业 · 48 技工学校结业 · 49 技工学校肄业 · 60 普通高级中学教育 · 61 普通高中毕业 · "
            "62 普通高中结业 · 63 普通高中肄业 · 70 初级中学教育 · 71 初中毕业 · 73 初中肄业 · 80 小学教育 · 81 小学毕业 · "
            "83 小学肄业 · 90 其他"
        ),
    ),
    CodeSet(
        "relation",
        "家庭关系",
        "GB/T 4761-2008",
        rows(
            "01 本人 self · 02 户主 head of household · 10 配偶 spouse · 11 夫 husband · 12 妻 wife · 20 子 son · "
            "21 独生子 · 22 长子 · 23 次子 · 24 三子 · 25 四子 · 26 五子 · 27 养子或继子 · 28 女婿 · 29 其他儿子 · "
            "30 女 daughter · 31 独生女 · 32 长女 · 33 二女 · 34 三女 · 35 四女 · 36 五女 · 37 养女或继女 · 38 儿媳 · "
            "39 其他女儿 · 40 孙辈 grandchild · 41 孙子 · 42 孙女 · 43 外孙子 · 44 外孙女 · 45 孙媳妇或外孙媳妇 · "
            "46 孙女婿或外孙女婿 · 47 曾孙子或曾外孙子 · 48 曾孙女或曾外孙女 · 49 其他孙辈 · 50 父母 parent · 51 父亲 father · "
            "52 母亲 mother · 53 公公 · 54 婆婆 · 55 岳父 · 56 岳母 · 57 继父或养父 · 58 继母或养母 · 59 其他父母关系 · "
            "60 祖辈 grandparent · 61 祖父 · 62 祖母 · 63 外祖父 · 64 外祖母 · 65 配偶的祖父母或外祖父母 · 66 曾祖父 · "
            "67 曾祖母 · 68 配偶的曾祖父母或曾外祖父母 · 69 其他祖辈 · 70 兄弟姐妹 sibling · 71 兄 · 72 嫂 · 73 弟 · 74 弟媳 · "
            "75 姐姐 · 76 姐夫 · 77 妹妹 · 78 妹夫 · 79 其他兄弟姐妹 · 80 其他亲属 other relative · 81 伯父 · 82 伯母 · "
            "83 叔父 · 84 婶母 · 85 舅父 · 86 舅母 · 87 姨父 · 88 姨母 · 89 姑父 · 90 姑母 · 91 堂兄弟、堂姐妹 · "
            "92 表兄弟、表姐妹 · 93 侄子 · 94 侄女 · 95 外甥 · 96 外甥女 · 97 其他亲属 · 99 非亲属 no relative"
        ),
    ),
    CodeSet(
        "political_status",
        "政治面貌",
        "GB/T 4762-1984",
        rows(
            "01 中共党员 · 02 中共预备党员 · 03 共青团员 · 04 民革党员 · 05 民盟盟员 · 06 民建会员 · 07 民进会员 · "
            "08 农工党党员 · 09 致公党党员 · 10 九三学社社员 · 11 台盟盟员 · 12 无党派人士 · 13 群众"
        ),
    ),
    CodeSet(
        "health",
        "健康状况",
        "GB/T 2261.3-2003",
        rows(
            "10 健康或良好 healthy · 20 一般或较弱 weak · 30 有慢性病 chronic disease · 31 心血管病 · 32 脑血管病 · "
            "33 慢性呼吸系统病 · 34 慢性消化系统病 · 35 慢性肾炎 · 36 结核病 · 37 糖尿病 · 38 神经或精神疾病 · 41 癌症 · "
            "49 其他慢性病 · 60 残疾 disabled · 61 视力残疾 · 62 听力残疾 · 63 言语残疾 · 64 肢体残疾 · 65 智力残疾 · "
            "66 精神残疾 · 67 多重残疾 · 69 其他残疾"
        ),
    ),
    CodeSet(
        "employment",
        "从业状况",
        "GB/T 2261.4-2003",
        rows(
            "11 国家公务员 · 13 专业技术人员 · 17 职员 · 21 企业管理人员 · 24 工人 · 27 农民 · 31 学生 · 37 现役军人 · "
            "51 自由职业者 · 54 个体经营者 · 70 无业人员 · 80 退（离）休人员 · 90 其他"
        ),
    ),
    CodeSet(
        "disability_category",
        "残疾类别",
        "GB/T 26341-2010",
        rows(
            "1 视力 visual · 2 听力 hearing · 3 言语 speech · 4 肢体 physical · 5 智力 intellectual · "
            "6 精神 psychiatric · 7 多重 multiple"
        ),
    ),
    CodeSet(
        "disability_degree",
        "残疾等级",
        "GB/T 26341-2010",
        rows("1 一级 most severe · 2 二级 severe · 3 三级 moderate · 4 四级 mild"),
    ),
    CodeSet(
        "elder_ability",
        "老年人能力等级",
        "GB/T 42195-2022",
        rows(
            "0 能力完好 intact · 1 能力轻度受损 mildly impaired · 2 能力中度受损 moderately impaired · "
            "3 能力重度受损 severely impaired · 4 能力完全丧失 lost"
        ),
    ),
)


def education_level(code: str) -> str:
    """Return the tens of an education code, which is what forms offer: 21 → 20."""
    return code[0] + "0"


def ethnicity_name(code: str) -> str:
    """Return how a people is written: 汉族; words that are no name of a people stay as they are."""
    from onedoor.standards.code_sets import label

    return label("ethnicity", code) + "族" if "01" <= code <= "56" else label("ethnicity_extension", code)
