use super::rows;
use json::Value;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name, ".parquet")).as_slice()
    };
}

const FILES: [&[u8]; 4] = [fixture!("snappy"), fixture!("gzip-v2"), fixture!("plain"), fixture!("int96")];

#[test]
fn values_are_read_in_every_encoding() {
    let expected = json::parse(
        r#"[
            {"id": 0, "name": "Ada", "price": 0.5, "weight": 0.1, "open": true, "size": 1},
            {"id": 1, "name": null, "price": 1.25, "weight": 0.2, "open": false, "size": 2},
            {"id": 2, "name": "Grace", "price": null, "weight": null, "open": null, "size": 3},
            {"id": 3, "name": "Ada", "price": -3.0, "weight": 1.5, "open": true, "size": null},
            {"id": 4, "name": "Zoë", "price": 1e10, "weight": 2.5, "open": true, "size": 5},
            {"id": 5, "name": null, "price": 0.1, "weight": 3.5, "open": false, "size": 6},
            {"id": 6, "name": "", "price": 2.0, "weight": 4.5, "open": true, "size": 4000000000}
        ]"#,
    )
    .unwrap();
    let logical =
        json::parse(r#"{"at": "2024-02-29T12:30:15.250Z", "day": "1969-12-31", "amount": -12.34}"#).unwrap();
    for file in FILES.iter().take(3) {
        let rows = rows(file, usize::MAX).unwrap();
        assert_eq!(rows.len(), 7);
        for (row, expected) in rows.iter().zip(expected.as_array().unwrap()) {
            let mut whole = expected.as_object().unwrap().clone();
            for (name, value) in logical.as_object().unwrap().iter() {
                whole.insert(name.clone(), value.clone());
            }
            let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            let whole = Value::object(whole);
            assert_eq!(row, &whole);
            assert_eq!(keys(row), keys(&whole));
        }
    }
}

#[test]
fn old_timestamps_are_read() {
    let rows = rows(FILES[3], 1).unwrap();
    assert_eq!(rows, [json::parse(r#"{"id": 0, "at": "2024-02-29T12:30:15.250Z"}"#).unwrap()]);
}

#[test]
fn as_many_rows_as_are_wanted() {
    for wanted in 0..9 {
        assert_eq!(rows(FILES[0], wanted).unwrap().len(), wanted.min(7));
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let error = |file: &[u8]| rows(file, 10).unwrap_err();
    assert!(error(fixture!("zstd")).contains("ZSTD"));
    assert!(error(fixture!("nested")).contains("'tags' is nested"));
    assert!(error(b"PAR1").contains("no Parquet file") || error(b"PAR1").contains("metadata"));
    assert!(error(b"id,name\n").contains("no Parquet file"));
}

/// Whatever a byte is changed to, and wherever the file is cut, reading ends.
#[test]
fn broken_files_end_in_errors_or_other_values() {
    for file in FILES {
        for at in 0..file.len() {
            let mut changed = file.to_vec();
            for byte in [0, 0xff, file[at] ^ 1, file[at].wrapping_add(1)] {
                changed[at] = byte;
                let _ = rows(&changed, 100);
            }
            let mut cut = file[..at].to_vec();
            cut.extend_from_slice(&file[file.len() - 8..]);
            let _ = rows(&cut, 100);
        }
    }
}
