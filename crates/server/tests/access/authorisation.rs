//! The authorisation table: every operation built so far × every kind of caller.

mod forgery;
mod matrix;
pub mod requests;
pub mod rules;
mod states;
pub mod world;

use crate::openapi::validator::complaints;
use crate::rows;
use matrix::Matrix;
use rules::{Who, expected};
use world::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lets_in_exactly_whom_the_list_says() {
    let world = World::new().await;
    let rows = rows::built();
    let mut matrix = Matrix::default();
    let mut undocumented = Vec::new();
    for row in &rows {
        for who in Who::ALL {
            let answer = requests::ask(&world, row, who).await;
            matrix.add(row, who, expected(row, who), &answer);
            undocumented.extend(complaints(&row.method, &row.path, &answer));
        }
    }
    assert_eq!(matrix.cells(), rows.len() * Who::ALL.len());
    matrix.check();
    assert!(undocumented.is_empty(), "\n{}", undocumented.join("\n"));
}

#[test]
fn every_exception_is_of_an_operation_there_is() {
    let names: Vec<String> = rows::built().iter().map(rows::Row::name).collect();
    for exception in rules::EXCEPTIONS {
        assert!(names.iter().any(|name| name == exception.row), "{} is not built", exception.row);
        assert!(!exception.reason.is_empty(), "{} needs a reason", exception.row);
    }
}
