# flows.pl COUNT A.B.C.D SPREAD: sends one UDP packet of each of COUNT new flows, to SPREAD addresses from the given one on,
# and prints the processor time that took, in microseconds. Softirqs run in the sender's time, so that it is the cost of the
# whole way through the network namespaces.
use strict;
use warnings;
use Socket;

# Nanoseconds on a processor so far (Documentation/scheduler/sched-stats.rst).
sub spent {
  open(my $file, "<", "/proc/self/schedstat") or die "schedstat: $!";
  return (split ' ', <$file>)[0];
}

my ($count, $first, $spread) = @ARGV;
my $base = unpack("N", inet_aton($first));
my @to = map { pack_sockaddr_in(1024 + int($_ / $spread), pack("N", $base + $_ % $spread)) } 0 .. $count - 1;
socket(my $socket, PF_INET, SOCK_DGRAM, 17) or die "socket: $!";
my $begin = spent();
for my $to (@to) { send($socket, "x", 0, $to) or die "send: $!" }
printf "%.0f\n", (spent() - $begin) / 1000;
