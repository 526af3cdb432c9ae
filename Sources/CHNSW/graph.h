/* A graph and what its nodes look like. */
#pragma once
#include "CHNSW.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#include "CKernels.h"
#include "hnswlib_header.h"

namespace chnsw {

using Graph = hnswlib::HierarchicalNSW<float>;
using Node = hnswlib::tableint;
using Candidates = std::priority_queue<std::pair<float, Node>, std::vector<std::pair<float, Node>>,
                                       Graph::CompareByFirst>;

/* What a node or a query looks like to the distance: a header, then the codes. */
enum Kind : uint32_t { stored_row, cosine_query, product_query };

struct Header {
  float scale, unit_scale, inverse_norm;
  /* A row's bias; the product of a query and the mean. */
  float addend;
  Kind kind;
};

inline const int8_t *codes(const void *element) {
  return reinterpret_cast<const int8_t *>(static_cast<const Header *>(element) + 1);
}

inline Header header(const void *element) {
  Header result;
  std::memcpy(&result, element, sizeof result);
  return result;
}

/* What a row has less of the nearer it is. The first operand may be a query; hnswlib passes it first. */
inline float distance(const void *left, const void *right, const void *dimension) {
  const long count = *static_cast<const long *>(dimension);
  const Header row = header(right), other = header(left);
  if (other.kind == stored_row)
    return -row.unit_scale * other.unit_scale * static_cast<float>(kernels_dot_bytes(codes(left), codes(right), count));
  const int16_t *words = reinterpret_cast<const int16_t *>(codes(left));
  const float product = other.scale * row.scale * static_cast<float>(kernels_dot_words(words, codes(right), count));
  // The mean's part of a product is the same for all rows.
  if (other.kind == product_query) return -(product + row.addend);
  return -(product + other.addend) * row.inverse_norm;
}

class Rows : public hnswlib::SpaceInterface<float> {
 public:
  explicit Rows(long dimension) : dimension_(dimension) {}
  size_t get_data_size() override { return sizeof(Header) + static_cast<size_t>(dimension_); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return distance; }
  void *get_dist_func_param() override { return &dimension_; }

 private:
  long dimension_;
};

/* A link that a node of this round has chosen, seen from its other end. */
struct BackLink {
  int level;
  Node target, source;
  bool operator<(const BackLink &other) const {
    if (level != other.level) return level < other.level;
    return target != other.target ? target < other.target : source < other.source;
  }
};

}  // namespace chnsw

using namespace chnsw;

struct hnsw_graph {
  Rows rows;
  Graph graph;
  /* Whether the records and links are the caller's. */
  bool borrows = false;
  /* How many nodes the rounds before this one have linked. */
  size_t linked = 0;
  std::vector<BackLink> back_links;
  std::vector<size_t> group_starts;

  /* A graph with room for so many nodes. */
  hnsw_graph(const hnsw_shape &shape, long capacity)
      : rows(shape.dimension),
        graph(&rows, static_cast<size_t>(capacity), static_cast<size_t>(shape.links),
              static_cast<size_t>(shape.breadth)) {}

  ~hnsw_graph() {
    if (!borrows) return;
    // What hnswlib would free. Of a graph that was not built it knows no nodes.
    graph.data_level0_memory_ = nullptr;
  }

  size_t most_links(int level) const { return level == 0 ? graph.maxM0_ : graph.maxM_; }
  int level(Node node) const { return graph.element_levels_[node]; }
  Node *links(Node node, int level) const { return graph.get_linklist_at_level(node, level) + 1; }
  size_t link_count(Node node, int level) const {
    return *reinterpret_cast<const unsigned short *>(graph.get_linklist_at_level(node, level));
  }
  float between(const void *from, Node to) const {
    return distance(from, graph.getDataByInternalId(to), graph.dist_func_param_);
  }

  /* The node nearest to `from` that the links of levels above `lowest` lead to. */
  Node descend(const void *from, int lowest) const {
    Node node = graph.enterpoint_node_;
    float nearest = between(from, node);
    for (int level = graph.maxlevel_; level > lowest; level--)
      for (bool moved = true; moved;) {
        moved = false;
        const Node *others = links(node, level);
        for (size_t index = 0, count = link_count(node, level); index < count; index++) {
          const float other = between(from, others[index]);
          if (other >= nearest) continue;
          nearest = other;
          node = others[index];
          moved = true;
        }
      }
    return node;
  }

  /* Takes over what is stored elsewhere, in a graph with hardly any room of its own. Nothing writes to it:
     searches do not, and nothing can be added. Returns whether it can be this graph. */
  bool borrow(const hnsw_stored &stored, size_t count) {
    size_t size = 0;
    for (size_t node = 0; node < count; node++) size += stored.levels[node] * graph.size_links_per_element_;
    if (static_cast<size_t>(stored.records_size) != count * graph.size_data_per_element_ ||
        static_cast<size_t>(stored.upper_size) != size || stored.entry < 0 ||
        static_cast<size_t>(stored.entry) >= count)
      return false;
    make_room(count);
    std::free(graph.data_level0_memory_);
    graph.data_level0_memory_ = static_cast<char *>(const_cast<void *>(stored.records));
    borrows = true;
    char *next = static_cast<char *>(const_cast<void *>(stored.upper));
    for (size_t node = 0; node < count; node++) {
      const int level = stored.levels[node];
      graph.element_levels_[node] = level;
      graph.linkLists_[node] = next;
      graph.maxlevel_ = std::max(graph.maxlevel_, level);
      next += static_cast<size_t>(level) * graph.size_links_per_element_;
    }
    graph.enterpoint_node_ = static_cast<Node>(stored.entry);
    linked = count;
    return is_sound();
  }

  /* Room for what searches need to know of the nodes. They lock nothing, so that there are no locks. */
  void make_room(size_t count) {
    graph.element_levels_.resize(count);
    void *lists = std::realloc(graph.linkLists_, count * sizeof *graph.linkLists_);
    if (!lists) throw std::bad_alloc();
    graph.linkLists_ = static_cast<char **>(lists);
    auto pool = std::make_unique<hnswlib::VisitedListPool>(1, static_cast<int>(count));
    delete graph.visited_list_pool_;
    graph.visited_list_pool_ = pool.release();
    graph.max_elements_ = count;
  }

  /* Whether every link leads to a node that has the link's level. */
  bool is_sound() const {
    if (level(graph.enterpoint_node_) != graph.maxlevel_) return false;
    for (Node node = 0; node < linked; node++)
      for (int level = 0; level <= this->level(node); level++) {
        const Node *others = links(node, level);
        const size_t count = link_count(node, level);
        if (count > most_links(level)) return false;
        for (size_t index = 0; index < count; index++)
          if (others[index] >= linked || this->level(others[index]) < level) return false;
      }
    return true;
  }

  /* Puts the best of the candidates into a node's list. */
  void set_links(Node node, int level, Candidates &candidates, size_t most) {
    graph.getNeighborsByHeuristic2(candidates, most);
    Node *target = links(node, level);
    size_t count = 0;
    for (; !candidates.empty(); candidates.pop()) target[count++] = candidates.top().second;
    graph.setListCount(graph.get_linklist_at_level(node, level), static_cast<unsigned short>(count));
  }
};
