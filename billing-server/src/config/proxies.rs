use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;

/// The proxies whose word on a client's address is believed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Whether an address is one of theirs.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }
}

impl FromStr for TrustedProxies {
    type Err = &'static str;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let net = |text: &str| {
            let text = text.trim();
            text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        };
        let nets: Option<_> = list.split(',').map(net).collect();
        nets.map(Self).ok_or("must be addresses or networks with commas between them, such as 10.0.0.0/8,::1")
    }
}

impl fmt::Debug for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(IpNet::to_string)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_addresses_and_networks() {
        let proxies: TrustedProxies = "10.0.0.0/8, 192.168.1.1,fd00::/8".parse().unwrap();
        for (address, is_trusted) in [
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.168.1.1", true),
            ("192.168.1.2", false),
            ("fd12::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(proxies.contains(address.parse().unwrap()), is_trusted, "{address}");
        }
        for bad in ["proxy", "10.0.0.0/33", "10.0.0.1,", "10.0.0.1 10.0.0.2", "10.0.0.1:80"] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
    }
}
