//! Word templates: what is filled, what is refused, what is left behind.

use std::io::{Cursor, Read as _, Write as _};

use app::PolicyFiles;
use app::paper::Template;
use domain::paper::{Layout, PaperKind, SampleWords, sample};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Name and content of every part, names first.
pub fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).expect("an entry");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("readable");
            let name = entry.name().expect("a name").into_owned();
            (name, String::from_utf8_lossy(&content).into_owned())
        })
        .collect()
}

/// The text people read: everything between tags.
pub fn text_of(part: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in part.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive
            .start_file(name.as_str(), SimpleFileOptions::default())
            .expect("started");
        archive.write_all(content).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

fn built_in(kind: PaperKind) -> Vec<u8> {
    let files = PolicyFiles::load(None).expect("policy folder");
    let path = format!("papers/{}.docx", kind.as_str());
    files.bytes(&path).expect("a template").to_vec()
}

/// The built-in notice with its parts changed.
fn changed(change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut all: Vec<(String, Vec<u8>)> = parts(&built_in(PaperKind::PublicNotice))
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    change(&mut all);
    packed(&all)
}

fn edit(parts: &mut [(String, Vec<u8>)], name: &str, from: &str, to: &str) {
    let (_, content) = parts.iter_mut().find(|(n, _)| n == name).expect("a part");
    let text = String::from_utf8(content.clone()).expect("text");
    assert!(text.contains(from), "{from} is not in {name}");
    *content = text.replace(from, to).into_bytes();
}

fn refused(bytes: &[u8], words: &str) {
    let problems = Template::open(PaperKind::PublicNotice, bytes).expect_err(words);
    assert!(
        problems.iter().any(|p| p.contains(words)),
        "{words}: {problems:?}"
    );
}

const BODY: &str = "word/document.xml";

#[test]
fn every_built_in_template_fills_whole() {
    let files = PolicyFiles::load(None).expect("policy folder");
    for kind in PaperKind::ALL {
        let data = sample(*kind, &SampleWords::default());
        let template = Template::open(*kind, &built_in(*kind)).expect("a template");
        let filled = template.fill(&data).expect("filled");
        let body: String = parts(&filled)
            .into_iter()
            .filter(|(name, _)| name == BODY)
            .map(|(_, part)| text_of(&part))
            .collect();
        let layout = files
            .text(&format!("papers/{}.layout.txt", kind.as_str()))
            .map(|t| Layout::parse(t).expect("a layout"))
            .expect("a layout");
        let page = app::paper::print_page(&layout, &data);
        for row in &data.rows {
            for (name, value) in row.iter().filter(|(n, _)| *n != "评议意见") {
                assert!(body.contains(value.as_str()), "{kind:?} lost {name}");
                assert!(page.contains(value.as_str()), "{kind:?} print lost {name}");
            }
        }
        assert!(!body.contains("{{") && !page.contains("{{"), "{kind:?}");
        // To be opened in an office program and looked at.
        if let Ok(folder) = std::env::var("SHOUWANG_PAPERS") {
            let path = std::path::Path::new(&folder).join(kind.as_str());
            std::fs::write(path.with_extension("docx"), &filled).expect("written");
            std::fs::write(path.with_extension("html"), page).expect("written");
        }
    }
}

#[test]
fn split_runs_headers_and_full_width_brackets_are_filled() {
    let bytes = changed(|all| {
        edit(
            all,
            BODY,
            "{{户主}}",
            "{</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r w:rsidR=\"00AA1234\"><w:t>{户</w:t></w:r><w:bookmarkStart w:id=\"0\" w:name=\"_GoBack\"/><w:r><w:t>主}</w:t></w:r><w:r><w:t>}",
        );
        edit(all, BODY, "{{公示期限}}", "｛｛公示期限｝｝");
        edit(all, "word/footer1.xml", "— </w:t>", "{{村名}} </w:t>");
    });
    let template = Template::open(PaperKind::PublicNotice, &bytes).expect("a template");
    let filled = template
        .fill(&sample(PaperKind::PublicNotice, &SampleWords::default()))
        .expect("filled");
    let all: String = parts(&filled).iter().map(|(_, p)| text_of(p)).collect();
    assert!(all.contains("样例甲") && all.contains("样例丁（监护人）"));
    assert!(all.contains("不少于5天"));
    assert!(all.matches("样例村").count() >= 3);
    let raw = format!("{:?}", parts(&filled));
    assert!(!raw.contains("rsid") && !raw.contains("_GoBack") && !raw.contains("proofErr"));
}

#[test]
fn values_are_escaped_and_never_read_again() {
    let mut data = sample(PaperKind::SubmissionList, &SampleWords::default());
    for row in &mut data.rows {
        for (name, value) in row.iter_mut() {
            if *name == "备注" {
                *value = "<w:br/>&{{标题}}\u{1}\n第二行".into();
            }
        }
    }
    let template = Template::open(
        PaperKind::SubmissionList,
        &built_in(PaperKind::SubmissionList),
    )
    .expect("a template");
    let filled = template.fill(&data).expect("filled");
    let body = parts(&filled)
        .into_iter()
        .find(|(n, _)| n == BODY)
        .expect("a body")
        .1;
    assert!(
        body.contains("&lt;w:br/>&amp;{{标题}}</w:t><w:br/><w:t xml:space=\"preserve\">第二行"),
        "{body}"
    );
}

#[test]
fn traces_of_the_author_are_left_behind() {
    let bytes = changed(|all| {
        edit(
            all,
            "[Content_Types].xml",
            "</Types>",
            r#"<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/></Types>"#,
        );
        edit(
            all,
            "_rels/.rels",
            "</Relationships>",
            r#"<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#,
        );
        edit(
            all,
            "word/_rels/document.xml.rels",
            "</Relationships>",
            r#"<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments" Target="comments.xml"/></Relationships>"#,
        );
        edit(
            all,
            "word/settings.xml",
            "<w:zoom",
            "<w:rsids><w:rsidRoot w:val=\"00AA1234\"/></w:rsids><w:docVars><w:docVar w:name=\"作者\" w:val=\"拟稿人甲\"/></w:docVars><w:zoom",
        );
        edit(
            all,
            BODY,
            "<w:body>",
            "<w:body><w:p w:rsidR=\"00AA1234\"><w:del w:author=\"拟稿人甲\" w:date=\"2022-05-01T00:00:00Z\"><w:r><w:delText>删去的话</w:delText></w:r></w:del><w:ins w:author=\"拟稿人甲\"><w:r><w:t>加上的话</w:t></w:r></w:ins></w:p>",
        );
        all.push(("docProps/core.xml".into(), "<cp:coreProperties><dc:creator>拟稿人甲</dc:creator><cp:lastModifiedBy>拟稿人甲</cp:lastModifiedBy></cp:coreProperties>".into()));
        all.push((
            "word/comments.xml".into(),
            "<w:comments><w:comment w:author=\"拟稿人甲\"/></w:comments>".into(),
        ));
    });
    let template = Template::open(PaperKind::PublicNotice, &bytes).expect("a template");
    let filled = template
        .fill(&sample(PaperKind::PublicNotice, &SampleWords::default()))
        .expect("filled");
    let raw = format!("{:?}", parts(&filled));
    for trace in [
        "拟稿人甲",
        "删去的话",
        "rsid",
        "docProps",
        "comments",
        "00AA1234",
        "2022-05-01T",
    ] {
        assert!(!raw.contains(trace), "{trace} stayed");
    }
    assert!(raw.contains("加上的话"));
}

#[test]
fn what_a_template_may_not_be_is_refused_in_words() {
    refused(b"not a zip file", "打不开这个文件");
    refused(&vec![0; 3 * 1024 * 1024], "超过 2 MB");
    refused(
        &changed(|all| all.push(("word/media/bomb.xml".into(), vec![b' '; 9 * 1024 * 1024]))),
        "展开后太大",
    );
    refused(
        &changed(|all| all.extend((0..300).map(|n| (format!("word/{n}.xml"), Vec::new())))),
        "展开后太大",
    );
    refused(
        &changed(|all| all.push(("word/vbaProject.bin".into(), b"x".to_vec()))),
        "宏",
    );
    refused(
        &changed(|all| {
            edit(
                all,
                "[Content_Types].xml",
                "wordprocessingml.document.main",
                "wordprocessingml.template.main",
            )
        }),
        "不是 .docx",
    );
    let relation = |kind: &str, rest: &str| {
        let one = format!(
            "<Relationship Id=\"rId8\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" {rest}/></Relationships>"
        );
        changed(|all| {
            edit(
                all,
                "word/_rels/document.xml.rels",
                "</Relationships>",
                &one,
            )
        })
    };
    refused(
        &relation(
            "hyperlink",
            "Target=\"http://example.invalid/\" TargetMode=\"External\"",
        ),
        "指向外部的链接",
    );
    refused(
        &relation("oleObject", "Target=\"embeddings/a.bin\""),
        "嵌入对象",
    );
    refused(&relation("chart", "Target=\"charts/a.xml\""), "图表");
    refused(
        &changed(|all| {
            all.push((
            "word/_rels/settings.xml.rels".into(),
            b"<Relationships><Relationship Id=\"r\" Type=\"t/attachedTemplate\" Target=\"file:///c\" TargetMode=\"External\"/></Relationships>".to_vec(),
        ))
        }),
        "指向外部的链接",
    );
    refused(
        &changed(|all| edit(all, BODY, "<w:body>", "<!DOCTYPE x><w:body>")),
        "打不开这个文件",
    );
    let body = |from: &str, to: &str| changed(|all| edit(all, BODY, from, to));
    refused(&body("{{类别}}", "{{身份证号}}"), "不认识的字段“身份证号”");
    refused(&body("{{类别}}", "{{类别}"), "没有成对");
    refused(&body("{{公示期限}}", "{{户主}}"), "只能写在表格里");
    refused(
        &body(
            "<w:body>",
            "<w:body><w:p><w:r><w:instrText> AUTHOR </w:instrText></w:r></w:p>",
        ),
        "Word 域",
    );
    refused(
        &body("<w:body>", "<w:body><w:p><w:r><w:object/></w:r></w:p>"),
        "嵌入的对象",
    );
    // Who is named and as what stands on every line, or it is no notice.
    refused(&body("{{户主}}", "某某"), "那一行里少了{{户主}}");
    refused(&body("{{类别}}", "监测对象"), "那一行里少了{{类别}}");
    let no_row = changed(|all| {
        for field in ["序号", "户主", "类别", "备注"] {
            edit(all, BODY, &format!("{{{{{field}}}}}"), field);
        }
    });
    refused(&no_row, "没有找到要逐行重复的表格行");
}

/// Each line of a value is a paragraph of its own where it stands in the text:
/// a line break would draw out the line before it and lose the indent.
#[test]
fn lines_of_a_value_are_paragraphs() {
    let kind = PaperKind::AppraisalMinutes;
    let mut data = sample(kind, &SampleWords::default());
    let households = ["甲户", "乙户", "丙户", "丁户", "戊户", "己户"];
    let of = |h: &&str| {
        format!(
            "{h}：家庭三口，户主患病，{}。",
            "收入支出状况：有问题；".repeat(9)
        )
    };
    for (name, value) in &mut data.fields {
        if *name == "综合研判" {
            *value = households.iter().map(of).collect::<Vec<_>>().join("\n");
        }
    }
    let row = data.rows[0].clone();
    data.rows = vec![row; households.len()];
    let template = Template::open(kind, &built_in(kind)).expect("a template");
    let filled = template.fill(&data).expect("filled");
    // To be opened in an office program and looked at.
    if let Ok(folder) = std::env::var("SHOUWANG_PAPERS") {
        let path = std::path::Path::new(&folder).join("minutes_of_six.docx");
        std::fs::write(path, &filled).expect("written");
    }
    let all = parts(&filled);
    let (_, body) = all.iter().find(|(name, _)| name == BODY).expect("a body");
    for household in households {
        let at = body.find(household).expect("the line");
        let paragraph = &body[body[..at].rfind("<w:p>").expect("a paragraph")..at];
        assert!(
            paragraph.contains(r#"<w:pStyle w:val="Indented"/>"#),
            "{paragraph}"
        );
        assert!(!paragraph.contains("<w:br"), "{paragraph}");
    }
    // What is signed stays on the page of the seal.
    let signed = body.find("监票人（签名）").expect("the signatures");
    let paragraph = &body[body[..signed].rfind("<w:p>").expect("a paragraph")..signed];
    assert!(paragraph.contains("<w:keepNext/>"), "{paragraph}");
    let layout = PolicyFiles::load(None)
        .expect("policy folder")
        .text("papers/appraisal_minutes.layout.txt")
        .map(|t| Layout::parse(t).expect("a layout"))
        .expect("a layout");
    let page = app::paper::print_page(&layout, &data);
    assert!(
        page.contains("<p class=\"indented\">乙户：家庭三口"),
        "{page}"
    );
}
