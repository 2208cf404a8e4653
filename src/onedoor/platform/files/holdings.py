"""What the files room holds about people: their papers go out as files, by the rooms they were given to."""

from onedoor.platform.kernel.holdings import Withheld

HOLDINGS = (
    Withheld("files.StoredFile", "文件不列成表：您交的材料原件放在“材料”文件夹里。"),
    Withheld("files.BegunUpload", "没有传完的文件一天内自动清除，还不是交来的材料。"),
    Withheld("files.Arrival", "上传数量的计数只留一天，用来防止滥用，里面没有内容。"),
)
