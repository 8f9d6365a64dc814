//! Where the tests live: one village to act in, its sibling, a village of the
//! neighbouring township, one of the neighbouring county, one of another city
//! and one of another province; and an account for every role.

use domain::division::{DivisionCode, DivisionRecord};

/// A village of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Short name; it also marks every text written in the village.
    pub key: &'static str,
    pub village: &'static str,
}

impl Place {
    pub fn code(self) -> DivisionCode {
        code(self.village)
    }

    /// Stands in every name, address and description of the village: outside
    /// its scope nobody may meet it.
    pub fn canary(self) -> String {
        format!("canary{}", in_words(self.key))
    }

    /// The same for the names of its people in office.
    pub fn office_canary(self) -> String {
        format!("office{}", self.key)
    }

    pub fn login(self, role: &str) -> String {
        format!("{role}.{}", self.key)
    }
}

/// Figures as characters: people's names have no digits.
pub fn in_words(text: &str) -> String {
    let word = |c: char| match c.to_digit(10) {
        Some(digit) => "零一二三四五六七八九"
            .chars()
            .nth(digit as usize)
            .unwrap_or(c),
        None => c,
    };
    text.chars().map(word).collect()
}

/// The village the tests act in.
pub const HOME: Place = Place {
    key: "a1",
    village: "410327102207",
};
/// Sibling village in the same township.
pub const SIBLING: Place = Place {
    key: "a2",
    village: "410327102208",
};
/// Village of the sibling township.
pub const NEXT_TOWNSHIP: Place = Place {
    key: "a3",
    village: "410327103200",
};
/// Village of the neighbouring county.
pub const NEXT_COUNTY: Place = Place {
    key: "b1",
    village: "410328102205",
};
/// Village of another city of the province.
pub const NEXT_CITY: Place = Place {
    key: "c1",
    village: "410422101200",
};
/// Village of another province.
pub const NEXT_PROVINCE: Place = Place {
    key: "d1",
    village: "420106101200",
};

pub const PLACES: [Place; 6] = [
    HOME,
    SIBLING,
    NEXT_TOWNSHIP,
    NEXT_COUNTY,
    NEXT_CITY,
    NEXT_PROVINCE,
];

/// A division of the tests by its code.
pub fn code(text: &str) -> DivisionCode {
    text.parse().expect("a division code")
}

/// Every division the places need, from the nation down.
pub fn divisions() -> Vec<DivisionRecord> {
    let mut codes: Vec<DivisionCode> = PLACES
        .iter()
        .flat_map(|p| std::iter::successors(Some(p.code()), |c| c.parent()))
        .collect();
    codes.sort();
    codes.dedup();
    codes
        .into_iter()
        .map(|c| DivisionRecord::new(c, name(&c.to_string())))
        .collect()
}

fn name(code: &str) -> &'static str {
    match code {
        "000000000000" => "中华人民共和国",
        "410000000000" => "河南省",
        "410300000000" => "洛阳市",
        "410327000000" => "宜阳县",
        "410327102000" => "柳泉镇",
        "410327102207" => "花庄村村民委员会",
        "410327102208" => "元村村民委员会",
        "410327103000" => "韩城镇",
        "410328000000" => "洛宁县",
        "410328102000" => "王范回族镇",
        "410400000000" => "平顶山市",
        "410422000000" => "叶县",
        "410422101000" => "任店镇",
        "420000000000" => "湖北省",
        "420100000000" => "武汉市",
        "420106000000" => "武昌区",
        "420106101000" => "某某镇",
        _ => "某某村村民委员会",
    }
}

/// An account of the tests; everybody has the same password.
#[derive(Debug, Clone)]
pub struct Clerk {
    pub login: String,
    pub name: String,
    pub role: &'static str,
    pub division: Option<String>,
}

/// Village, township and county people for every place, and every other role
/// once, over the home village.
pub fn clerks() -> Vec<Clerk> {
    let mut all = Vec::new();
    let mut add = |login: String, name: String, role, division: Option<String>| {
        all.push(Clerk {
            login,
            name,
            role,
            division,
        });
    };
    for place in PLACES {
        let village = place.village;
        let office = place.office_canary();
        add(
            place.login("grid"),
            format!("网{office}"),
            "grid_worker",
            Some(village.into()),
        );
        add(
            place.login("village"),
            format!("村{office}"),
            "village_secretary",
            Some(village.into()),
        );
        let township = place.code().parent().map(|t| t.to_string());
        let county = place
            .code()
            .parent()
            .and_then(|t| t.parent())
            .map(|t| t.to_string());
        if place != SIBLING {
            add(
                place.login("township"),
                format!("镇{}", place.key),
                "township_reviewer",
                township,
            );
        }
        if place != SIBLING && place != NEXT_TOWNSHIP {
            add(
                place.login("county"),
                format!("县{}", place.key),
                "county_decider",
                county,
            );
        }
    }
    let over_home = [
        ("township2", "township_reviewer", Some("410327102000")),
        ("county2", "county_decider", Some("410327000000")),
        ("liaison", "department_liaison", Some("410327000000")),
        ("analyst", "analyst", Some("410327000000")),
        ("city", "city_supervisor", Some("410300000000")),
        ("province", "province_supervisor", Some("410000000000")),
        ("policy", "policy_officer", Some("410000000000")),
        ("policy2", "policy_officer", Some("410000000000")),
        ("policy3", "policy_officer", Some("410000000000")),
        ("system", "system_administrator", None),
        ("security", "security_administrator", None),
        ("audit", "audit_administrator", None),
    ];
    for (login, role, division) in over_home {
        add(
            login.into(),
            format!("职{login}"),
            role,
            division.map(str::to_owned),
        );
    }
    all
}
