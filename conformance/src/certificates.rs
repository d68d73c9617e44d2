//! A certificate of our own for 127.0.0.1.

use std::sync::Arc;

use futures_rustls::pki_types::pem::PemObject;
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use futures_rustls::rustls::ServerConfig;
use futures_rustls::rustls::crypto::ring;

/// A certificate that only those trust who were given it.
pub struct OwnCertificate {
    /// What trusts it needs to know.
    pub pem: String,
    key: String,
}

impl OwnCertificate {
    /// A new one.
    #[expect(clippy::new_without_default, reason = "no two are equal")]
    pub fn new() -> Self {
        let names = [String::from("127.0.0.1"), String::from("localhost")];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        Self {
            pem: made.cert.pem(),
            key: made.key_pair.serialize_pem(),
        }
    }

    /// For a server that shows it.
    pub fn server(&self) -> ServerConfig {
        let certificate = CertificateDer::from_pem_slice(self.pem.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes());
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.expect("a certificate")],
                key.expect("a key"),
            )
            .expect("a key that fits")
    }
}
