//! Where and when a demo plays. The default scene is a county under the plan
//! of 2022 with cases at every step; the others are small counties under the
//! other documents, with a registry and nothing under way.

use jiff::civil::{Date, date};

/// A demo's place, day and document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// The name on the command line.
    pub id: &'static str,
    /// Pack in force at `today`, adopted for `jurisdiction`.
    pub pack: &'static str,
    /// Division the pack is put in force for.
    pub jurisdiction: &'static str,
    pub province: &'static str,
    pub city: &'static str,
    /// Where the demo works.
    pub county: &'static str,
    /// The county next to it: what must stay out of sight.
    pub neighbour: &'static str,
    pub township: &'static str,
    pub second_township: &'static str,
    pub neighbour_township: &'static str,
    /// The villages where people act, by the letter used in `cases.txt`.
    pub villages: [(char, &'static str); 4],
    /// Day the registry was collected and entered.
    pub collected_on: Date,
    /// Day the pack begins to govern.
    pub in_force_on: Date,
    /// Today in a fresh demo.
    pub today: Date,
    /// The document, as the note of the adoption names it.
    pub document: &'static str,
    /// Households of the small size.
    pub households: u64,
    /// Whether the cases of `cases.txt` are played.
    pub story: bool,
}

/// 宜阳县 under the plan of 2022: the default.
pub const YIYANG_2022: Scene = Scene {
    id: "yiyang-2022",
    pack: "henan-2022",
    jurisdiction: "410000000000",
    province: "410000000000",
    city: "410300000000",
    county: "410327000000",
    neighbour: "410328000000",
    township: "410327102000",
    second_township: "410327103000",
    neighbour_township: "410328102000",
    villages: [
        ('A', "410327102207"),
        ('B', "410327102210"),
        ('C', "410327103205"),
        ('D', "410328102205"),
    ],
    collected_on: date(2022, 1, 10),
    in_force_on: date(2022, 4, 27),
    today: date(2022, 5, 20),
    document: "2022年防止返贫监测帮扶集中排查工作方案",
    households: 5_000,
    story: true,
};

/// 中牟县 under the Henan opinion of 2020 as Zhengzhou forwarded it.
pub const ZHONGMU_2020: Scene = Scene {
    id: "zhongmu-2020",
    pack: "zhengzhou-2020",
    jurisdiction: "410100000000",
    province: "410000000000",
    city: "410100000000",
    county: "410122000000",
    neighbour: "410181000000",
    township: "410122103000",
    second_township: "410122104000",
    neighbour_township: "410181100000",
    villages: [
        ('A', "410122103201"),
        ('B', "410122103202"),
        ('C', "410122104206"),
        ('D', "410181100213"),
    ],
    collected_on: date(2020, 1, 10),
    in_force_on: date(2020, 4, 24),
    today: date(2020, 4, 28),
    document: "郑脱贫组〔2020〕2号",
    households: 1_000,
    story: false,
};

/// 翁源县 under its own plan of 2021.
pub const WENGYUAN_2021: Scene = Scene {
    id: "wengyuan-2021",
    pack: "wengyuan-2021",
    jurisdiction: "440229000000",
    province: "440000000000",
    city: "440200000000",
    county: "440229000000",
    neighbour: "440222000000",
    township: "440229100000",
    second_township: "440229104000",
    neighbour_township: "440222102000",
    villages: [
        ('A', "440229100201"),
        ('B', "440229100202"),
        ('C', "440229104201"),
        ('D', "440222102201"),
    ],
    collected_on: date(2021, 1, 10),
    in_force_on: date(2021, 8, 9),
    today: date(2021, 9, 1),
    document: "翁乡振组〔2021〕25号",
    households: 1_000,
    story: false,
};

/// 宜阳县 in 2025: the work points, on the plan of 2022 by practice.
pub const YIYANG_2025: Scene = Scene {
    id: "yiyang-2025",
    pack: "henan-2025",
    collected_on: date(2025, 1, 10),
    in_force_on: date(2025, 2, 1),
    today: date(2025, 5, 20),
    document: "豫农监测〔2025〕3号",
    households: 1_000,
    story: false,
    ..YIYANG_2022
};

/// Every scene, the default first.
pub const SCENES: [Scene; 4] = [YIYANG_2022, ZHONGMU_2020, WENGYUAN_2021, YIYANG_2025];

impl Scene {
    /// The scene of that name.
    pub fn named(id: &str) -> Option<Self> {
        SCENES.into_iter().find(|s| s.id == id)
    }

    /// Division code of a village by its letter.
    pub(super) fn village(&self, letter: char) -> Option<&'static str> {
        self.villages
            .iter()
            .find(|(l, _)| *l == letter)
            .map(|(_, code)| *code)
    }

    /// Letter of a village by its division code.
    pub(super) fn letter(&self, code: &str) -> Option<char> {
        self.villages
            .iter()
            .find(|(_, c)| *c == code)
            .map(|(letter, _)| *letter)
    }
}

impl Default for Scene {
    fn default() -> Self {
        YIYANG_2022
    }
}

impl std::str::FromStr for Scene {
    type Err = String;
    fn from_str(id: &str) -> Result<Self, String> {
        Self::named(id).ok_or_else(|| {
            let names: Vec<&str> = SCENES.iter().map(|s| s.id).collect();
            format!("unknown scene {id}: {}", names.join(", "))
        })
    }
}
