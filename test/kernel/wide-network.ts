// The network of demo/network.mjs with a second pod and a second interface of the node.
import { addNamespace, ip, makeNetwork, removeNamespace, runInside } from "../../demo/network.mjs";

/** A second pod with other addresses, a second interface of the node, by which packets to `inside` leave, and addresses. */
export async function makeWideNetwork() {
  const network = await makeNetwork();
  const { node, outside } = network;
  const other = addNamespace("pod");
  ip(`
    link add eth0 netns ${other} type veth peer name pod1 netns ${node}
    link add eth1 netns ${outside} type veth peer name eth1 netns ${node}
    -n ${other} addr add 10.245.0.2/24 dev eth0
    -n ${other} addr add fd00:245::2/64 dev eth0 nodad
    -n ${node} addr add 10.245.0.1/24 dev pod1
    -n ${node} addr add fd00:245::1/64 dev pod1 nodad
    -n ${node} addr add 198.18.0.1/24 dev eth1
    -n ${node} addr add 2001:db8:2::1/64 dev eth1 nodad
    -n ${node} addr add 192.0.2.5/24 dev eth0
    -n ${node} addr add 192.0.2.6/24 dev eth0
    -n ${node} addr add 2001:db8:1::5/64 dev eth0 nodad
    -n ${node} addr add 2001:db8:1::6/64 dev eth0 nodad
    -n ${outside} addr add 198.18.0.2/24 dev eth1
    -n ${outside} addr add 2001:db8:2::2/64 dev eth1 nodad
    -n ${other} link set eth0 up
    -n ${node} link set pod1 up
    -n ${node} link set eth1 up
    -n ${outside} link set eth1 up
    -n ${other} route add default via 10.245.0.1
    -n ${other} -6 route add default via fd00:245::1
    -n ${node} route add 10.99.0.1 via 198.18.0.2
    -n ${node} -6 route add fd00:99::1 via 2001:db8:2::2
    -n ${outside} route add 10.245.0.0/24 via 192.0.2.1
    -n ${outside} -6 route add fd00:245::/64 via 2001:db8:1::1`);
  // Replies to kept addresses arrive on another interface than the one that the packets left by.
  for (const name of [node, outside]) {
    runInside(name, ["sh", "-c", "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done"]);
  }
  const close = () => {
    removeNamespace(other);
    network.close();
  };
  return { ...network, other, close };
}
