use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::*;

fn up(supervisor: &Supervisor) -> Vec<(String, bool, u64)> {
    let standings = supervisor.standings();
    standings.into_iter().map(|told| (told.name.to_string(), told.up, told.panics)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_runs_again_after_ever_longer_pauses() {
    let supervisor = Supervisor::default();
    let began = Instant::now();
    let (_stop, stopping) = watch::channel(false);
    let mut starts = Vec::new();
    let work = || {
        starts.push(began.elapsed().as_millis());
        let last = starts.len() == 12;
        async move { assert!(last, "not yet") }
    };
    supervisor.named("worker").run(stopping, work).await;
    let pauses: Vec<_> = starts.windows(2).map(|pair| (pair[1] - pair[0]) / 100).collect();
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    let told = &supervisor.standings()[0];
    assert_eq!((told.up, told.panics, told.error.as_deref()), (false, 11, Some("not yet")));
    tokio::time::advance(STEADY).await;
    assert_eq!(up(&supervisor), [("worker".to_owned(), true, 11)]);
}

#[tokio::test(start_paused = true)]
async fn a_healthy_minute_makes_the_pause_short_again() {
    let supervisor = Supervisor::default();
    let began = Instant::now();
    let (_stop, stopping) = watch::channel(false);
    let mut starts = Vec::new();
    let work = || {
        starts.push(began.elapsed().as_millis());
        let number = starts.len();
        async move {
            if number == 4 {
                tokio::time::sleep(Duration::from_mins(2)).await;
            }
            assert!(number == 6);
        }
    };
    supervisor.named("worker").run(stopping, work).await;
    let pauses: Vec<_> = starts.windows(2).map(|pair| (pair[1] - pair[0]) / 100).collect();
    assert_eq!(pauses, [1, 2, 4, 1200 + 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_task_is_made_to_panic_by_name_wherever_it_waits() {
    let supervisor = Supervisor::default();
    let (stop, stopping) = watch::channel(false);
    let (runs, running) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let work = || {
        runs.fetch_add(1, Ordering::SeqCst);
        running.notify_one();
        let mut stop = stopping.clone();
        async move { wake::stopped(&mut stop).await }
    };
    let told = async {
        running.notified().await;
        assert_eq!(up(&supervisor), [("worker".to_owned(), true, 0)]);
        supervisor.faults().panic_once("another");
        supervisor.faults().panic_once("worker");
        running.notified().await;
        assert_eq!(up(&supervisor), [("worker".to_owned(), false, 1)]);
        tokio::time::sleep(STEADY).await;
        assert_eq!(up(&supervisor), [("worker".to_owned(), true, 1)]);
        stop.send_replace(true);
    };
    tokio::join!(supervisor.named("worker").run(stopping.clone(), work), told);
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert!(supervisor.faults().is_due("another"));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_stopped_while_it_pauses_runs_once_more_to_end_in_order() {
    let supervisor = Supervisor::default();
    let (stop, stopping) = watch::channel(false);
    let seen = stopping.clone();
    let stops = stop;
    let mut lives = 0;
    let work = || {
        lives += 1;
        let stopped = wake::is_stopped(&seen);
        async move { assert!(stopped, "it has work to do") }
    };
    let stopper = async {
        tokio::task::yield_now().await;
        stops.send_replace(true);
    };
    let began = Instant::now();
    tokio::join!(supervisor.named("worker").run(stopping, work), stopper);
    assert_eq!((lives, began.elapsed()), (2, Duration::ZERO));
}

#[test]
fn a_thread_goes_on_after_a_piece_of_work_that_panicked() {
    let (supervisor, (work, pieces)) = (Supervisor::default(), std::sync::mpsc::channel());
    let (done, told) = std::sync::mpsc::channel();
    let run = move |thread: &Supervised| {
        while let Ok(piece) = pieces.recv() {
            let _ = done.send(thread.attempt(|| 100 / piece));
        }
    };
    supervisor.named("divider").thread(run).unwrap();
    supervisor.faults().panic_after("divider", 3);
    for piece in [5, 0, 4, 2, 1] {
        work.send(piece).unwrap();
    }
    let all: Vec<_> = (0..5).map(|_| told.recv().unwrap()).collect();
    assert_eq!(all, [Some(20), None, Some(25), None, Some(100)]);
    assert_eq!(supervisor.standings()[0].panics, 2);
}

/// Fault 4: each group kept a core busy after the writer's thread was gone.
#[tokio::test(start_paused = true)]
async fn a_channel_whose_sender_is_gone_wakes_nobody() {
    let (sender, mut receiver) = watch::channel(0);
    drop(sender);
    let began = Instant::now();
    let mut turns = 0;
    while began.elapsed() < Duration::from_mins(1) {
        turns += 1;
        let _ = timeout(Duration::from_secs(1), wake::moved(&mut receiver)).await;
    }
    assert_eq!(turns, 60);
    let (stop, mut stopping) = watch::channel(false);
    assert!(!wake::is_stopped(&stopping));
    drop(stop);
    wake::stopped(&mut stopping).await;
    assert!(wake::is_stopped(&stopping), "nobody is left who could stop it");
}
