//! actix-web's listener, with the server beside its routes.

use std::net::TcpListener;

use actix_web::{App, HttpServer, web};
use socketio_conformance::clock::Clock;
use socketio_conformance::{Served, ServerBuilder, TestRuntime};
use socketio_driver_tokio::Driver;
use socketio_driver_tokio::runtime::Runtime;
use socketio_tests::one_runtime::wait_for;

/// Serves on a port of its own, until the process ends.
pub(crate) fn serve(builder: ServerBuilder, clock: Clock) -> Served {
    wait_for(async { open(builder, clock) })
}

fn open(builder: ServerBuilder, clock: Clock) -> Served {
    let runtime = TestRuntime::new(Driver::current(), clock);
    let service = builder.on_runtime().tower_service_on(runtime);
    let (service, handle) = service.expect("a service");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let application = move || {
        App::new()
            .app_data(web::Data::new(service.clone()))
            .default_service(web::to(socketio_actix::answer))
    };
    let server = HttpServer::new(application)
        .workers(1)
        .h1_allow_half_closed(false)
        .disable_signals()
        .listen(listener)
        .expect("a listener")
        .run();
    tokio::spawn(server);
    Served { address, handle }
}
