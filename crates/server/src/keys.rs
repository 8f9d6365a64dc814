//! `shouwang keys`: a new key, everything under it, the old ones forgotten.

use std::process::ExitCode;

use store::crypto::Keyring;

use super::cli::Place;
use super::open;

fn keyring(place: &Place) -> std::path::PathBuf {
    place.data.join("keys/keyring.json")
}

/// A new key, then everything under it.
pub(super) async fn rotate(place: &Place) -> Result<ExitCode, String> {
    let path = keyring(place);
    let mut ring = Keyring::load_or_create(&path).map_err(|e| e.to_string())?;
    let key = ring.rotate().map_err(|e| e.to_string())?;
    ring.save(&path).map_err(|e| e.to_string())?;
    println!("key {key} is the active one now");
    reseal(place).await
}

/// Everything that is not yet under the active key.
pub(super) async fn reseal(place: &Place) -> Result<ExitCode, String> {
    let app = open(place, false).await?;
    let mut told = 0;
    let done = app
        .reseal_everything(|what, count| {
            if count >= told + 10_000 {
                told = count;
                eprintln!("{what}: {count} sealed again");
            }
        })
        .await
        .map_err(|e| e.to_string())?;
    println!(
        "sealed again: {} of {} rows' values, {} of {} attachments, {} of {} import files",
        done.values.resealed,
        done.values.read,
        done.attachments.resealed,
        done.attachments.read,
        done.import_files.resealed,
        done.import_files.read
    );
    for unopened in done.unopened() {
        println!("does not open: {unopened}");
    }
    if done.is_complete() {
        println!("complete: `shouwang keys retire` can forget the old keys");
        Ok(ExitCode::SUCCESS)
    } else {
        println!("not complete: run `shouwang keys reseal`");
        Ok(ExitCode::FAILURE)
    }
}

/// Forgets every key but the active one, if nothing needs them.
pub(super) async fn retire(place: &Place) -> Result<ExitCode, String> {
    let path = keyring(place);
    let mut ring = Keyring::load_or_create(&path).map_err(|e| e.to_string())?;
    let app = open(place, false).await?;
    let old = app.under_old_keys().await.map_err(|e| e.to_string())?;
    if !old.is_empty() {
        for (what, count) in &old {
            println!("{what}: {count} still under an old key");
        }
        println!("nothing was forgotten: run `shouwang keys reseal` first");
        return Ok(ExitCode::FAILURE);
    }
    let forgotten = ring.retire();
    if forgotten == 0 {
        println!("there is no old key");
        return Ok(ExitCode::SUCCESS);
    }
    // On record before it is done: what is forgotten cannot be un-forgotten.
    let mut tx = app
        .store
        .write(app.system_actor())
        .await
        .map_err(|e| e.to_string())?;
    tx.audit(
        "system",
        "keys.retire",
        "keyring",
        &format!("count={forgotten}"),
    )
    .await
    .map_err(|e| e.to_string())?;
    tx.commit().await.map_err(|e| e.to_string())?;
    ring.save(&path).map_err(|e| e.to_string())?;
    app.store.close().await.map_err(|e| e.to_string())?;
    println!(
        "{forgotten} old keys forgotten, key {} stays; backups made before need the keyring of their time",
        ring.active()
    );
    Ok(ExitCode::SUCCESS)
}
