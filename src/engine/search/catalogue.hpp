#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

/// The catalogue: a compact column store of all advisories in memory (about 100 bytes each), from which facets, sorting
/// and range filters are answered without touching the database. Loaded at start from one packed row per advisory,
/// then kept up to date from the change feed. Readers hold an immutable snapshot.
namespace tocsin::engine::search {

class CatalogueSnapshot;  // internal to engine/search

class Catalogue {
 public:
  explicit Catalogue(store::Database& database);
  ~Catalogue();
  /// Brings the snapshot up to the index cursor of the database; cheap where nothing changed. Any thread.
  Status refresh();
  /// The newest snapshot; never null after a successful refresh.
  std::shared_ptr<const CatalogueSnapshot> snapshot() const;
  /// The search cursor (change sequence) the snapshot stands at: equal generations show equal data, but
  /// for what time alone lets out (store::Records::embargo_ended).
  std::int64_t generation() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::search
