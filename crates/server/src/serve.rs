//! `shouwang serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use app::demo;
use server::transport::Transport;

use super::cli::{Door, Place};
use super::{open, sweep_attachments};

pub async fn serve(
    place: Place,
    demo: bool,
    listen: SocketAddr,
    door: Door,
) -> Result<ExitCode, String> {
    for warning in warnings(&place, listen, &door) {
        eprintln!("警告：{warning}");
    }
    let app = open(&place, demo).await?;
    if demo {
        demo::restore_clock(&app).await.map_err(|e| e.to_string())?;
    } else {
        if let Some(loaded) = app.first_divisions().await.map_err(|e| e.to_string())? {
            println!(
                "首次启动：已装入全国行政区划 {} 个。内置的区划表到乡镇，村一级只有河南、广东；其他省的村用 shouwang divisions load --policy 文件夹 装入",
                loaded.total
            );
        }
        for first in app.bootstrap().await.map_err(|e| e.to_string())? {
            println!(
                "首次启动：{}账号 {}，一次性密码 {}（只显示这一次，首次登录必须修改；请交给两个不同的人）",
                first.label, first.login_name, first.one_time_password
            );
        }
    }
    match std::env::current_exe() {
        Ok(program) => app::exchange::read_in_child_process(program),
        Err(error) => tracing::warn!(%error, "imported files are read in this process"),
    }
    sweep_attachments(&app).await?;
    app.resume_imports().await.map_err(|e| e.to_string())?;
    let incomes = app.clone();
    tokio::spawn(async move {
        if let Err(error) = incomes.project_incomes().await {
            tracing::error!(%error, "incomes of older files could not be read; counts show them as unknown");
        }
    });
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|e| format!("{listen}: {e}"))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    println!("守望已启动：http://{address}");
    // What a crash kept from the file outside the database is added before
    // anybody acts.
    app.checkpoint_audit().await.map_err(|e| e.to_string())?;
    let background = app.clone();
    let checkpoints = tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(60));
        loop {
            every.tick().await;
            if let Err(error) = background.checkpoint_audit().await {
                tracing::error!(%error, "the audit checkpoint failed");
            }
        }
    });
    let last = app.clone();
    let transport = if door.behind_tls {
        Transport::behind_tls(door.proxies)
    } else {
        Transport::plain()
    };
    let service =
        server::router(app, transport).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stop_signal())
        .await
        .map_err(|e| e.to_string())?;
    checkpoints.abort();
    last.checkpoint_audit().await.map_err(|e| e.to_string())?;
    last.store.close().await.map_err(|e| e.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// What travels readable over a network that should not.
fn warnings(place: &Place, listen: SocketAddr, door: &Door) -> Vec<String> {
    let mut warnings = Vec::new();
    if !door.behind_tls && !listen.ip().is_loopback() {
        warnings.push(format!(
            "{listen} 在网络上可达而没有加密，密码和农户信息会以明文传输。请在前面放一个做 TLS 的反向代理，并加上 --behind-tls"
        ));
    }
    if place
        .database
        .as_deref()
        .is_some_and(store::may_be_in_clear)
    {
        warnings.push(
            "到 PostgreSQL 的连接不一定加密。请在数据库地址后加上 sslmode=verify-full（至少 sslmode=require）".into(),
        );
    }
    warnings
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
