package dev.shadowplane.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Addresses ({@code 10.0.0.7}, {@code ::1}) and networks ({@code 10.1.0.0/16}) whose connections may carry the marker. */
final class TrustedAddresses {
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3}\\.){3}\\d{1,3}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:.]+");

    private record Network(byte[] address, int bits) {
        boolean has(byte[] peer) {
            if (peer.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((peer[bit / 8] & mask) != (address[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Network> networks;

    TrustedAddresses(Collection<String> entries) {
        networks = entries.stream().map(TrustedAddresses::read).toList();
    }

    boolean isTrusted(String peer) {
        byte[] address = peer == null ? null : parse(peer.split("%", 2)[0]);
        return address != null && networks.stream().anyMatch(network -> network.has(address));
    }

    private static Network read(String entry) {
        String[] parts = entry.split("/", -1);
        byte[] address = parse(parts[0]);
        boolean hasBits = parts.length == 2;
        if (address != null && parts.length <= 2 && (!hasBits || parts[1].matches("\\d{1,3}"))) {
            int bits = hasBits ? Integer.parseInt(parts[1]) : address.length * 8;
            if (bits <= address.length * 8) {
                return new Network(address, bits);
            }
        }
        throw new IllegalArgumentException(
                "\"" + entry + "\" is neither an IP address nor a network such as 10.1.0.0/16");
    }

    /** Null for what is no address: nothing is ever looked up. Java itself takes ::ffff:10.0.0.7 for IPv4. */
    private static byte[] parse(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException error) {
            return null;
        }
    }
}
