//! A server on an executor of the application's.

use std::future::pending;
use std::sync::Arc;

use smol::channel::bounded;
use smol::{Executor, block_on};
use socketio_driver_smol::{Driver, Listen, Server, ServerHandle};

async fn start_on(executor: &Arc<Executor<'static>>) -> ServerHandle {
    let builder = Server::builder().listen(Listen::tcp("127.0.0.1:0"));
    let server = builder.build_on(Driver::on(executor)).await;
    let server = server.expect("a server");
    let handle = server.handle();
    executor.spawn(server.run()).detach();
    handle
}

#[test]
fn an_executor_that_is_dropped_takes_its_server_with_it() {
    let executor = Arc::new(Executor::new());
    let (task_started, started) = bounded::<()>(1);
    let (never_sent, ended) = bounded::<()>(1);
    let handle = block_on(executor.run(async {
        let handle = start_on(&executor).await;
        handle.spawn(async move {
            let _held = never_sent;
            task_started.send(()).await.expect("somebody waits");
            pending::<()>().await;
        });
        started.recv().await.expect("the task has started");
        handle
    }));
    let weak = Arc::downgrade(&executor);
    drop(executor);
    assert!(weak.upgrade().is_none(), "the server holds its executor");
    assert!(ended.try_recv().is_err_and(|error| error.is_closed()));
    // Nothing runs it any more, and nothing is harmed.
    handle.spawn(pending());
}
