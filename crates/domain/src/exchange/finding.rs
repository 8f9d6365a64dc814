//! What an import can find wrong. The codes, labels and severities are the
//! contract of `e2e/fixtures/kinds.csv`; a test compares them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// What the finding stands on is not taken over until somebody corrects it.
    Error,
    /// Taken over, to be looked at.
    Warning,
}

impl Severity {
    /// The identifier in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! kinds {
    ($($variant:ident $severity:ident $code:literal $label:literal $advice:literal;)*) => {
        /// Kind of a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind { $(#[doc = $label] $variant,)* }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What is wrong, in plain words.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// What to do about it.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)* }
            }

            /// Whether it stops what it stands on.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// The kind of a code.
            pub fn of_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    HouseholdKeyMissing Error "household_key_missing" "户编号为空或只有空格：这一行不知道属于哪一户，不能并成一个大户" "补上户编号；还没有编号的，同一户各行写同一个“临时1”“临时2”…";
    HouseholdKeyMalformed Error "household_key_malformed" "户编号不像编号：为零，或被存成了数值，末几位已经丢失" "把这一列设为“文本”格式后重新填写户编号";
    HouseholdKeyCollision Error "household_key_collision" "同一个户编号用在两个村、两个户主身上：两户都不收，不能合成一户" "查清两户各自的户编号后分别改正";
    HouseholdValueConflict Error "household_value_conflict" "同一户的户级栏目在各成员行上写得不一样" "核实后，把这一户各行改成一致";
    HouseholdSizeMismatch Warning "household_size_mismatch" "家庭人口数与表中该户成员行数不一致" "核对家庭人口，或补上漏掉的成员";
    HeadMissing Error "head_missing" "一户没有户主" "在“与户主关系”中标明一名户主";
    HeadRepeated Error "head_repeated" "一户有两个以上户主" "只保留一名户主，其他成员改为与户主的关系";
    SpouseRepeated Warning "spouse_repeated" "一户有两个以上配偶" "核对与户主关系";
    RequiredEmpty Error "required_empty" "必填栏目为空" "填上这一格";
    NameInvalidCharacters Error "name_invalid_characters" "姓名里有数字、控制字符或看不见的字符" "对照证件重新填写姓名，不要带数字、换行";
    IdentityMissing Warning "identity_missing" "没有证件号码：按临时编号收下，请补充" "有证件后补填证件号码";
    IdentityLength Error "identity_length" "证件号码位数不对（应为18位，残疾人证20位、补办的22位）" "对照证件补全号码";
    Identity15Digit Error "identity_15_digit" "15位旧身份证号码，请换成18位" "按现行身份证填写18位号码";
    IdentityInvalidCharacters Error "identity_invalid_characters" "证件号码里有不该有的字符" "对照证件改正，注意字母O与数字0";
    IdentityCheckDigit Error "identity_check_digit" "证件号码校验位不对" "有一位填错了，请对照证件核对";
    IdentityImpossibleDate Error "identity_impossible_date" "证件号码里的出生日期不存在" "对照证件核对第7至14位";
    IdentityFutureBirth Error "identity_future_birth" "证件号码里的出生日期在将来" "对照证件核对第7至14位";
    IdentityStoredAsNumber Error "identity_stored_as_number" "证件号码被存成了数值（科学计数法），末几位已经丢失" "把这一列设为“文本”格式后重新填写号码";
    IdentityIssuingPrefix Error "identity_issuing_prefix" "证件号码前两位不是有效的省级代码" "对照证件核对前两位";
    IdentityRepeatedInHousehold Error "identity_repeated_in_household" "同一户内证件号码重复" "核对是否重复录入，或有一人填错号码";
    IdentityInTwoHouseholds Error "identity_in_two_households" "同一证件号码出现在两户" "查清此人属于哪一户，从另一户删去";
    DisabilityCardInvalid Error "disability_card_invalid" "残疾人证号码的类别（1-7）或等级（1-4）不对" "对照残疾人证核对第19、20位";
    DocumentTypeMismatch Warning "document_type_mismatch" "证件类型与证件号码不符" "核对证件类型；已按号码认定类型";
    SexContradictsIdentity Error "sex_contradicts_identity" "性别与证件号码不符" "对照证件改正性别或号码（第17位单数为男、双数为女）";
    BirthDateContradictsIdentity Error "birth_date_contradicts_identity" "出生日期与证件号码不符" "对照证件改正出生日期或号码";
    LabelUnknown Error "label_unknown" "选项不在代码表里" "从代码表的选项中选一个";
    EducationAndSchoolStageBoth Warning "education_and_school_stage_both" "文化程度与在校生状况都填了，只应填一项" "在校的只填在校生状况，不在校的只填文化程度";
    EducationAndSchoolStageNeither Warning "education_and_school_stage_neither" "文化程度与在校生状况都没有填" "补填其中一项";
    NumberMalformed Error "number_malformed" "应填数字，填的不是数字" "只填阿拉伯数字，不写单位和文字";
    NumberNotWhole Error "number_not_whole" "应填整数，填的是小数" "改成整数";
    AmountNegative Error "amount_negative" "金额不应为负数" "核对金额";
    NumberOutOfBounds Error "number_out_of_bounds" "数字超出允许的范围" "核对数字和单位";
    NetIncomeSumMismatch Warning "net_income_sum_mismatch" "家庭纯收入不等于四项收入之和减去生产经营性支出" "核对各项收入和支出";
    NetIncomePerPersonMismatch Warning "net_income_per_person_mismatch" "人均纯收入不等于家庭纯收入除以家庭人口" "核对人均纯收入或家庭人口";
    IncomeIncomplete Error "income_incomplete" "有空着的收入栏目，家庭纯收入与填了的各项对不上：这一期收入没有导入" "补填空着的各项收入和支出，没有的填0";
    PhoneMalformed Error "phone_malformed" "电话号码不是11位手机号" "填11位手机号；没有的留空";
    YesNoInvalid Error "yes_no_invalid" "应填“是”或“否”" "改成“是”或“否”";
    TextTooLong Error "text_too_long" "文字太长" "缩短文字";
    CellErrorValue Error "cell_error_value" "单元格是公式错误值（如 #REF!）" "改成实际内容，不要用公式";
    FormulaWithoutValue Error "formula_without_value" "公式没有保存结果：这一格读不到内容" "用 Excel 或 WPS 打开文件重新保存，或把公式改成实际内容";
    DateMalformed Error "date_malformed" "日期不存在或格式不对" "按 2022-03-05 的样子填写";
    YearMonthMalformed Error "year_month_malformed" "年月格式不对（应为 YYYYMM）" "按 202203 的样子填写";
    DateSerialAbsurd Error "date_serial_absurd" "日期被存成数值，换算后不合常理" "重新填写，年月如 202203，日期如 2022-03-05";
    IdentifiedInFuture Error "identified_in_future" "识别监测时间在将来" "核对识别监测时间";
    IdentifiedBeforeMonitoring Warning "identified_before_monitoring" "识别监测时间早于防止返贫监测的文件" "核对识别监测时间";
    ClearedInFuture Error "cleared_in_future" "消除监测时间在将来" "核对消除监测时间";
    ClearedBeforeIdentified Error "cleared_before_identified" "消除监测时间早于识别监测时间" "核对两个时间";
    ClearedWithoutMonth Warning "cleared_without_month" "风险已消除但没有消除监测时间" "补填消除监测时间";
    ClearedWithoutWay Warning "cleared_without_way" "风险已消除但没有风险消除方式" "补填风险消除方式";
    ClearedColumnsMissing Warning "cleared_columns_missing" "风险已消除但“消除后”的13列没有填全" "补填空着的“消除后”栏目";
    ClearanceWithoutCleared Warning "clearance_without_cleared" "风险没有消除却填了消除监测时间" "核对风险是否已消除";
    MonitoredWithoutRisk Warning "monitored_without_risk" "监测对象没有填写任何致贫返贫风险" "补填至少一项风险";
    RiskRepeated Warning "risk_repeated" "同一风险填了两次" "删去重复的一项";
    OtherRiskWithoutRemark Warning "other_risk_without_remark" "风险为“其他”但没有备注" "在备注中写明是什么风险";
    NaturalDisasterWithoutKind Warning "natural_disaster_without_kind" "风险为“因自然灾害”但没有填自然灾害子项" "补填自然灾害子项";
    CategoryContradictsHouseholdType Error "category_contradicts_household_type" "监测对象类别与户类型矛盾（如一般农户却是脱贫不稳定户）" "核对类别和户类型";
    DivisionUnknown Error "division_unknown" "行政区划代码查不到" "核对12位村级行政区划代码";
    DivisionNameMismatch Error "division_name_mismatch" "村名与行政区划代码不符" "核对村名或代码";
    OutsideScope Error "outside_scope" "这个村不在您的管辖范围内，不能由您导入" "交给该村所在县乡的人员导入";
    VillageRepeated Error "village_repeated" "同一个行政村在表里有两行：后一行不收" "一个村只留一行";
    HouseholdCodeUnusable Error "household_code_unusable" "这个户编号不能用于这一户" "向县级核对户编号";
    HouseholdClosed Error "household_closed" "这一户在本系统中已经并户、迁出或销户：不导入" "表是旧的，从表中删去这一户；登记错了的，先在农户档案里更正，再导入";
    MemberDeparted Error "member_departed" "此人在农户档案里已经死亡或转出：不导入这名成员，也不会恢复" "表是旧的，从表中删去这一行；登记错了的，先在这一户的成员变动里更正，再导入";
    EmploymentPersonUnknown Error "employment_person_unknown" "务工表里的人不在本次导入的任何一户中" "核对证件号码，或把此人所在户一并放进文件";
    EmploymentNameMismatch Warning "employment_name_mismatch" "务工表里的姓名与该证件号码的人不同名" "核对姓名";
    EmploymentEndBeforeStart Error "employment_end_before_start" "务工结束时间早于开始时间" "核对起止时间";
    HeaderRowShifted Warning "header_row_shifted" "表头不在第3行，已按找到的行读取" "请看一眼读取的栏目对不对";
    HeaderMerged Warning "header_merged" "表头是两层合并的，已合并读取" "请看一眼读取的栏目对不对";
    HeaderNotFound Error "header_not_found" "找不到表头" "表头放在前30行之内，列名与样表一致";
    RowNotData Warning "row_not_data" "不是数据行（重复的表头、合计或填表说明），没有读取" "不影响导入";
    CellsLeftOut Warning "cells_left_out" "导入的表里有写错的格没有收下" "在农户档案里补填，或在订正表里改好后重新导入";
    SheetUnknown Warning "sheet_unknown" "不认识的工作表，没有读取" "需要导入的，请把工作表改成样表的名称";
    SheetEmpty Warning "sheet_empty" "工作表里没有数据行" "确认是否漏填";
    ColumnUnknown Warning "column_unknown" "不认识的列，没有读取，可以指定对应的栏目" "是别的写法的，请指定对应的栏目";
    ColumnMissing Warning "column_missing" "缺少一列（可以不填的栏目）" "需要时补上这一列";
    ColumnMissingRequired Error "column_missing_required" "缺少必需的列，这张表不能收" "补上这一列，或把别的列指定为这一栏";
    ColumnMoved Warning "column_moved" "列的次序与样表不同，已按列名读取" "不影响导入";
    ColumnMatchedByAlias Warning "column_matched_by_alias" "列名与样表不同，已按别名认作该栏目，请核对" "请核对是不是这一栏";
    ColumnRepeated Error "column_repeated" "同名的列有两个，指定用哪一列之前不收这一栏" "指定用哪一列，或删去一列";
    FileNotAWorkbook Error "file_not_a_workbook" "文件不是 Excel 工作簿" "用 Excel 或 WPS 另存为 .xlsx，或存为 CSV 再上传";
    FileTooLarge Error "file_too_large" "文件解开后太大，已停止读取" "删去多余的内容，或分成几个文件再上传";
}

impl Serialize for FindingKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for FindingKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::of_code(&code)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown finding kind {code}")))
    }
}

/// One finding with its place as the office sees it. The value is personal
/// data: it is sealed where it is kept and never logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    /// Tab name; empty where the finding is about the file.
    pub sheet: String,
    /// 1-based row; 0 where the finding is about the sheet or file.
    pub row: u32,
    /// 0-based column.
    pub column: Option<u32>,
    /// Column header as it stands in the file.
    pub header: String,
    /// The value as it stands in the cell.
    pub value: String,
    /// What is wrong, in words; the kind's label where nothing is more precise.
    pub message: String,
    /// What to write instead or to do.
    pub suggestion: String,
}

impl Finding {
    /// A finding about a sheet, or about the file when `sheet` is empty.
    /// `detail` is shown as its value.
    pub fn about(kind: FindingKind, sheet: &str, header: &str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            sheet: sheet.to_owned(),
            row: 0,
            column: None,
            header: header.to_owned(),
            value: detail.into(),
            message: kind.label().to_owned(),
            suggestion: kind.advice().to_owned(),
        }
    }

    /// The same with a more precise sentence.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }
}

/// Letters of a 0-based column: 0 is A, 26 is AA.
pub fn column_letter(mut column: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    letters.iter().rev().collect()
}
