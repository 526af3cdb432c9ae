/* A navigable small-world graph of quantised rows: hnswlib (https://github.com/nmslib/hnswlib), spoken to in
   C. Nothing here throws; functions return a status.

   The graph is built in rounds. The nodes of a round look for neighbours in the graph as the rounds before
   have left it, and are linked to it together afterwards. So the graph does not depend on the number of
   threads that share the work of a round, which it would with hnswlib's own insertion.

   hnsw_add, hnsw_find_links and hnsw_link_back may run on several threads, each for other nodes or groups;
   so may hnsw_search, while nothing is added. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  HNSW_OK = 0,
  HNSW_OUT_OF_MEMORY,
  /* A node, level or link that there cannot be. */
  HNSW_INVALID,
  /* hnswlib has found its data to be inconsistent. */
  HNSW_FAILED,
} hnsw_status;

typedef struct hnsw_graph hnsw_graph;

/* What decides on the form of a graph. */
typedef struct {
  /* The number of nodes that there is room for, at least 1. */
  long capacity;
  /* The number of elements of a row, a multiple of 4. */
  long dimension;
  /* The number of links that a node asks for (M), at least 2. Twice as many may lead from a node of the
     lowest level. */
  long links;
  /* How many candidates are looked at for them (efConstruction). */
  long breadth;
} hnsw_shape;

/* A row as a node holds it: less the mean of all rows. */
typedef struct {
  /* What a code is multiplied by to give an element of the row, and of the row divided by its norm. */
  float scale, unit_scale;
  /* 1 / the norm of the row with the mean. */
  float inverse_norm;
  /* What is added to the row's product with a query. */
  float bias;
  /* dimension elements from -127 to 127. */
  const int8_t *codes;
} hnsw_row;

/* What is looked for. */
typedef struct {
  /* dimension elements. Their products with codes must add up within 32 bits. */
  const int16_t *codes;
  /* What a code is multiplied by to give an element of the query. */
  float scale;
  /* The product of the query and the mean of all rows. */
  float offset;
  /* Whether rows count by their product with the query, biases included, and not by its cosine. */
  int by_product;
} hnsw_query;

/* The largest level that a node may have. */
#define HNSW_HIGHEST_LEVEL 63

hnsw_status hnsw_create(const hnsw_shape *shape, hnsw_graph **graph);
void hnsw_destroy(hnsw_graph *graph);

/* A round: hnsw_begin_round with the number of nodes that follow those there are, 1 in the first; hnsw_add and
   then hnsw_find_links for each; hnsw_group_links; hnsw_link_back for each group; hnsw_end_round. */
void hnsw_begin_round(hnsw_graph *graph, long count);
hnsw_status hnsw_add(hnsw_graph *graph, long node, const hnsw_row *row, int level);
hnsw_status hnsw_find_links(hnsw_graph *graph, long node);
hnsw_status hnsw_group_links(hnsw_graph *graph, long *groups);
hnsw_status hnsw_link_back(hnsw_graph *graph, long group);
void hnsw_end_round(hnsw_graph *graph);

/* Nodes close to a query, in no order.

   nodes  room for breadth nodes
   count  receives how many there are */
hnsw_status hnsw_search(const hnsw_graph *graph, const hnsw_query *query, long breadth, uint32_t *nodes,
                        long *count);

/* A graph as it is stored: records of the lowest level, node by node; the links of the levels above, node by
   node and level by level; the level of each node. */
typedef struct {
  const void *records;
  long records_size;
  const void *upper;
  long upper_size;
  const uint8_t *levels;
  /* The node where searches begin. */
  long entry;
} hnsw_stored;

/* The sizes of a node's record and of its links in one level above the lowest. */
long hnsw_record_size(const hnsw_graph *graph);
long hnsw_level_size(const hnsw_graph *graph);
long hnsw_entry(const hnsw_graph *graph);
const void *hnsw_records(const hnsw_graph *graph);
int hnsw_level(const hnsw_graph *graph, long node);
/* The links above the lowest level of a node that has any. */
const void *hnsw_upper_links(const hnsw_graph *graph, long node);

/* A graph of shape->capacity nodes over stored memory, which is only read and has to outlive it. HNSW_INVALID
   when it is not one. */
hnsw_status hnsw_open(const hnsw_shape *shape, const hnsw_stored *stored, hnsw_graph **graph);

#ifdef __cplusplus
}
#endif
