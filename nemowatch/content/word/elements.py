"""Elements of a Word document that are treated alike, by their short names.

Owns these lists. Data only.
"""

from __future__ import annotations

#: What Word does not show once all changes are accepted, and what has no words of the text. A
#: reading aid above a word (`rt`) would have it spoken twice.
LEFT_OUT = (
    *("w:del", "w:moveFrom", "w:delText", "w:delInstrText", "w:fldData", "w14:conflictDel"),
    *("w:rPrChange", "w:pPrChange", "w:tblPrChange", "w:trPrChange", "w:tcPrChange"),
    *("w:sectPr", "w:sectPrChange", "w:tblPrExChange", "w:numberingChange", "w:rt", "m:ctrlPr"),
)
#: Parts of a formula that are above, below or around each other: in one line they say something
#: else ("1/2" becomes "12").
FORMULA = (
    *("m:f", "m:sSup", "m:sSub", "m:sSubSup", "m:sPre", "m:rad", "m:nary", "m:m", "m:eqArr"),
    *("m:limLow", "m:limUpp", "m:func", "m:acc", "m:bar", "m:groupChr", "m:d", "m:box"),
    *("m:borderBox", "m:phant"),
)
#: Pictures and shapes, which may be behind words.
DRAWINGS = ("w:drawing", "w:pict")
#: Words in other files, which only Word puts together.
ELSEWHERE = ("w:altChunk", "w:subDoc")
#: Fields that Word shows although they have no result in the file.
WORKED_OUT = frozenset(
    {
        "ADDRESSBLOCK",
        "AUTONUM",
        "AUTONUMLGL",
        "AUTONUMOUT",
        "DATE",
        "EQ",
        "FORMDROPDOWN",
        "GOTOBUTTON",
        "GREETINGLINE",
        "LISTNUM",
        "MACROBUTTON",
        "MERGEFIELD",
        "NUMPAGES",
        "PAGE",
        "SECTION",
        "SECTIONPAGES",
        "SYMBOL",
        "TIME",
    }
)
#: Elements for which Word shows a page's number or a part of today's date.
OLD_DATES = (
    *("w:pgNum", "w:dayShort", "w:dayLong", "w:monthShort", "w:monthLong", "w:yearShort"),
    "w:yearLong",
)
#: Elements that stand for a character.
SIGNS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
}
