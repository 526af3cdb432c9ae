#include "graph.h"

namespace {

/* Runs a body whose exceptions become a status. */
template <typename Body>
hnsw_status guarded(Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return HNSW_OUT_OF_MEMORY;
  } catch (...) {
    return HNSW_FAILED;
  }
}

}  // namespace

extern "C" {

hnsw_status hnsw_create(const hnsw_shape *shape, hnsw_graph **graph) {
  return guarded([&] {
    *graph = new hnsw_graph(*shape, shape->capacity);
    return HNSW_OK;
  });
}

void hnsw_destroy(hnsw_graph *graph) { delete graph; }

void hnsw_begin_round(hnsw_graph *self, long count) {
  self->graph.cur_element_count += static_cast<size_t>(count);
}

hnsw_status hnsw_add(hnsw_graph *self, long node, const hnsw_row *row, int level) {
  return guarded([&] {
    Graph &graph = self->graph;
    if (node < 0 || static_cast<size_t>(node) >= graph.cur_element_count || level < 0 || level > HNSW_HIGHEST_LEVEL)
      return HNSW_INVALID;
    const Node id = static_cast<Node>(node);
    char *record = graph.data_level0_memory_ + id * graph.size_data_per_element_;
    std::memset(record, 0, graph.size_data_per_element_);
    char *element = graph.getDataByInternalId(id);
    const Header header = {row->scale, row->unit_scale, row->inverse_norm, row->bias, stored_row};
    std::memcpy(element, &header, sizeof header);
    std::memcpy(element + sizeof header, row->codes, graph.data_size_ - sizeof header);
    graph.linkLists_[id] = nullptr;
    if (level > 0) {
      void *lists = std::calloc(static_cast<size_t>(level), graph.size_links_per_element_);
      if (!lists) return HNSW_OUT_OF_MEMORY;
      graph.linkLists_[id] = static_cast<char *>(lists);
    }
    graph.element_levels_[id] = level;
    return HNSW_OK;
  });
}


hnsw_status hnsw_find_links(hnsw_graph *self, long node) {
  return guarded([&] {
    Graph &graph = self->graph;
    if (self->linked == 0) return HNSW_OK;
    const Node id = static_cast<Node>(node);
    const void *element = graph.getDataByInternalId(id);
    const int highest = std::min(self->level(id), graph.maxlevel_);
    Node entry = self->descend(element, highest);
    for (int level = highest; level >= 0; level--) {
      Candidates candidates = graph.searchBaseLayer(entry, element, level);
      self->set_links(id, level, candidates, graph.M_);
      // The nearest one stands last.
      entry = self->links(id, level)[self->link_count(id, level) - 1];
    }
    return HNSW_OK;
  });
}

hnsw_status hnsw_group_links(hnsw_graph *self, long *groups) {
  return guarded([&] {
    std::vector<BackLink> &back = self->back_links;
    back.clear();
    self->group_starts.clear();
    for (Node id = static_cast<Node>(self->linked); id < self->graph.cur_element_count; id++)
      for (int level = 0; level <= self->level(id); level++) {
        const Node *links = self->links(id, level);
        for (size_t index = 0; index < self->link_count(id, level); index++)
          back.push_back({level, links[index], id});
      }
    std::sort(back.begin(), back.end());
    for (size_t index = 0; index < back.size(); index++)
      if (index == 0 || back[index].target != back[index - 1].target || back[index].level != back[index - 1].level)
        self->group_starts.push_back(index);
    *groups = static_cast<long>(self->group_starts.size());
    self->group_starts.push_back(back.size());
    return HNSW_OK;
  });
}

hnsw_status hnsw_link_back(hnsw_graph *self, long group) {
  return guarded([&] {
    Graph &graph = self->graph;
    const BackLink *first = &self->back_links[self->group_starts[static_cast<size_t>(group)]];
    const size_t added = self->group_starts[static_cast<size_t>(group) + 1] - self->group_starts[static_cast<size_t>(group)];
    const Node target = first->target;
    const int level = first->level;
    Node *links = self->links(target, level);
    const size_t count = self->link_count(target, level), most = self->most_links(level);
    if (count + added <= most) {
      for (size_t index = 0; index < added; index++) links[count + index] = first[index].source;
      graph.setListCount(graph.get_linklist_at_level(target, level), static_cast<unsigned short>(count + added));
      return HNSW_OK;
    }
    const void *element = graph.getDataByInternalId(target);
    Candidates candidates;
    for (size_t index = 0; index < count; index++)
      candidates.emplace(self->between(element, links[index]), links[index]);
    for (size_t index = 0; index < added; index++)
      candidates.emplace(self->between(element, first[index].source), first[index].source);
    self->set_links(target, level, candidates, most);
    return HNSW_OK;
  });
}

void hnsw_end_round(hnsw_graph *self) {
  Graph &graph = self->graph;
  for (; self->linked < graph.cur_element_count; self->linked++) {
    const Node id = static_cast<Node>(self->linked);
    if (self->level(id) <= graph.maxlevel_) continue;
    graph.maxlevel_ = self->level(id);
    graph.enterpoint_node_ = id;
  }
}

hnsw_status hnsw_search(const hnsw_graph *self, const hnsw_query *query, long breadth, uint32_t *nodes,
                        long *count) {
  return guarded([&] {
    *count = 0;
    const Graph &graph = self->graph;
    if (self->linked == 0) return HNSW_OK;
    const size_t size = static_cast<size_t>(*static_cast<const long *>(graph.dist_func_param_));
    std::vector<char> element(sizeof(Header) + size * sizeof *query->codes);
    const Header header = {query->scale, 0, 0, query->offset, query->by_product ? product_query : cosine_query};
    std::memcpy(element.data(), &header, sizeof header);
    std::memcpy(element.data() + sizeof header, query->codes, size * sizeof *query->codes);
    const Node entry = self->descend(element.data(), 0);
    auto found = graph.searchBaseLayerST<false, false>(entry, element.data(), static_cast<size_t>(breadth));
    for (; !found.empty() && *count < breadth; found.pop()) nodes[(*count)++] = found.top().second;
    return HNSW_OK;
  });
}

long hnsw_record_size(const hnsw_graph *self) { return static_cast<long>(self->graph.size_data_per_element_); }
long hnsw_level_size(const hnsw_graph *self) { return static_cast<long>(self->graph.size_links_per_element_); }
long hnsw_entry(const hnsw_graph *self) { return static_cast<long>(self->graph.enterpoint_node_); }
const void *hnsw_records(const hnsw_graph *self) { return self->graph.data_level0_memory_; }
int hnsw_level(const hnsw_graph *self, long node) { return self->level(static_cast<Node>(node)); }
const void *hnsw_upper_links(const hnsw_graph *self, long node) { return self->graph.linkLists_[node]; }

hnsw_status hnsw_open(const hnsw_shape *shape, const hnsw_stored *stored, hnsw_graph **result) {
  return guarded([&] {
    auto self = std::make_unique<hnsw_graph>(*shape, 1);
    if (!self->borrow(*stored, static_cast<size_t>(shape->capacity))) return HNSW_INVALID;
    *result = self.release();
    return HNSW_OK;
  });
}

}  // extern "C"
