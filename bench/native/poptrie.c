/*
 * The native peer of the core's lookup: a poptrie (Asai and Ohara, SIGCOMM 2015) with direct pointing and compressed leaves.
 *
 * poptrie PREFIXES ADDRESSES ANSWERS ROUNDS: prefixes are pairs of 32-bit numbers, address and length, addresses are 32-bit
 * numbers, and the answers that are written are indexes of the longest prefix, -1 for none. Prints nanoseconds, a line for
 * each way to look up: the name of the way, the bits that choose a node directly, and the best of the rounds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STRIDE 6
#define LEAF 0x80000000u
#define BLOCK 128

typedef struct {
  uint64_t inner;  /* bit i: slot i is a node of the next six bits */
  uint64_t leaves; /* bit i: a run of slots with the same leaf begins at slot i */
  uint32_t leaf;   /* where the leaves of this node begin */
  uint32_t node;   /* where the nodes below begin */
} Node;

typedef struct {
  int32_t child[2];
  int32_t value;
} Bit;

static Bit *bits;
static uint32_t bit_count, bit_room;
static Node *nodes;
static uint32_t node_count, node_room;
static int32_t *leaves;
static uint32_t leaf_count, leaf_room;
static uint32_t *direct;

static void *grow(void *list, uint32_t *room, uint32_t need, size_t size) {
  if (need <= *room) return list;
  while (*room < need) *room = *room ? *room * 2 : 1024;
  list = realloc(list, (size_t)*room * size);
  if (!list) abort();
  return list;
}

static int32_t new_bit(void) {
  bits = grow(bits, &bit_room, bit_count + 1, sizeof *bits);
  bits[bit_count] = (Bit){{-1, -1}, -1};
  return (int32_t)bit_count++;
}

static void add(uint32_t address, uint32_t length, int32_t index) {
  int32_t at = 0;
  for (uint32_t i = 0; i < length; i++) {
    int side = address >> (31 - i) & 1;
    if (bits[at].child[side] < 0) {
      int32_t made = new_bit();
      bits[at].child[side] = made;
    }
    at = bits[at].child[side];
  }
  if (bits[at].value < 0) bits[at].value = index;
}

/* Follows `count` bits of `slot`; what decides there is left in `value`. Returns where longer prefixes go on, or -1. */
static int32_t follow(int32_t at, uint32_t slot, int count, int32_t *value) {
  for (int i = count - 1; i >= 0; i--) {
    if (at < 0) return -1;
    at = bits[at].child[slot >> i & 1];
    if (at >= 0 && bits[at].value >= 0) *value = bits[at].value;
  }
  return at >= 0 && (bits[at].child[0] >= 0 || bits[at].child[1] >= 0) ? at : -1;
}

static void build(uint32_t place, int32_t at, int32_t value) {
  int32_t below[64], values[64];
  Node node = {0, 0, leaf_count, 0};
  int count = 0;
  int32_t last = 0;
  for (uint32_t slot = 0; slot < 64; slot++) {
    values[slot] = value;
    below[slot] = follow(at, slot, STRIDE, &values[slot]);
    if (below[slot] >= 0) {
      node.inner |= 1ull << slot;
      count++;
    } else if (leaf_count == node.leaf || values[slot] != last) {
      node.leaves |= 1ull << slot;
      leaves = grow(leaves, &leaf_room, leaf_count + 1, sizeof *leaves);
      leaves[leaf_count++] = last = values[slot];
    }
  }
  node.node = node_count;
  node_count += count;
  nodes = grow(nodes, &node_room, node_count, sizeof *nodes);
  nodes[place] = node;
  uint32_t next = node.node;
  for (int slot = 0; slot < 64; slot++)
    if (below[slot] >= 0) build(next++, below[slot], values[slot]);
}

static void build_all(int depth) {
  node_count = leaf_count = 0;
  free(direct);
  direct = aligned_alloc(64, ((size_t)4 << depth) < 64 ? 64 : (size_t)4 << depth);
  for (uint32_t root = 0; root < 1u << depth; root++) {
    int32_t value = bits[0].value;
    int32_t at = follow(0, root, depth, &value);
    if (at < 0) {
      direct[root] = LEAF | ((uint32_t)value & ~LEAF);
      continue;
    }
    uint32_t place = node_count++;
    nodes = grow(nodes, &node_room, node_count, sizeof *nodes);
    direct[root] = place;
    build(place, at, value);
  }
}

/* A leaf has 31 bits: -1 comes back by its sign. */
static inline int32_t signed_leaf(uint32_t word) { return (int32_t)(word << 1) >> 1; }

static inline int32_t settle(uint32_t word, uint32_t address, int depth) {
  uint32_t window = address << depth;
  for (;;) {
    const Node *node = &nodes[word];
    uint64_t slot = window >> (32 - STRIDE);
    uint64_t upto = (2ull << slot) - 1;
    if (!(node->inner >> slot & 1)) return leaves[node->leaf + __builtin_popcountll(node->leaves & upto) - 1];
    word = node->node + __builtin_popcountll(node->inner & upto) - 1;
    window <<= STRIDE;
  }
}

static void one_by_one(const uint32_t *addresses, int32_t *answers, size_t count, int depth) {
  for (size_t i = 0; i < count; i++) {
    uint32_t word = direct[addresses[i] >> (32 - depth)];
    answers[i] = word & LEAF ? signed_leaf(word) : settle(word, addresses[i], depth);
  }
}

/* First the roots of a block, then its nodes, which are on their way meanwhile. */
static void in_blocks(const uint32_t *addresses, int32_t *answers, size_t count, int depth) {
  uint32_t words[BLOCK], which[BLOCK];
  for (size_t from = 0; from < count; from += BLOCK) {
    const uint32_t *block = addresses + from;
    int32_t *out = answers + from;
    size_t size = count - from < BLOCK ? count - from : BLOCK;
    for (size_t i = 0; i < size; i++) words[i] = direct[block[i] >> (32 - depth)];
    size_t left = 0;
    for (size_t i = 0; i < size; i++) {
      out[i] = signed_leaf(words[i]);
      which[left] = (uint32_t)i;
      left += !(words[i] & LEAF);
    }
    for (size_t k = 0; k < left; k++) __builtin_prefetch(&nodes[words[which[k]]]);
    for (size_t k = 0; k < left; k++) out[which[k]] = settle(words[which[k]], block[which[k]], depth);
  }
}

static void *read_file(const char *name, size_t *size) {
  FILE *file = fopen(name, "rb");
  if (!file) { perror(name); exit(1); }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void *data = malloc(*size + 1);
  if (fread(data, 1, *size, file) != *size) exit(1);
  fclose(file);
  return data;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  size_t prefix_size, address_size;
  uint32_t *prefixes = read_file(argv[1], &prefix_size);
  uint32_t *addresses = read_file(argv[2], &address_size);
  size_t count = address_size / 4;
  int32_t *answers = malloc(address_size);
  new_bit();
  for (size_t i = 0; i < prefix_size / 8; i++) add(prefixes[2 * i], prefixes[2 * i + 1], (int32_t)i);
  static const int depths[] = {8, 12, 16, 18, 20};
  for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
    build_all(depths[d]);
    double best[2] = {1e18, 1e18};
    for (int round = 0; round <= atoi(argv[4]); round++) {
      for (int way = 0; way < 2; way++) {
        double begin = now();
        (way ? in_blocks : one_by_one)(addresses, answers, count, depths[d]);
        double took = now() - begin;
        if (round > 0 && took < best[way]) best[way] = took;
      }
    }
    printf("one-by-one %d %.0f\nin-blocks %d %.0f\n", depths[d], best[0], depths[d], best[1]);
  }
  FILE *out = fopen(argv[3], "wb");
  if (!out || fwrite(answers, 4, count, out) != count) return 1;
  return fclose(out);
}
