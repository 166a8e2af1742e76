#include "formats/csaf/validate/vector_cache.hpp"

#include <utility>

namespace tocsin::formats::csaf {

const VectorCache::Entry* VectorCache::find(std::string_view text) {
  if (const auto known = by_text_.find(text); known != by_text_.end()) {
    return known->second->good ? known->second : nullptr;
  }
  // What is too long for a vector is not worth keeping.
  if (text.size() > cvss::kVectorBytesMax) return nullptr;
  auto& entry = entries_.emplace_back();
  entry.text = text;
  by_text_.emplace(entry.text, &entry);
  if (auto vector = cvss::parse_vector(text); vector) {
    entry.vector = std::move(*vector);
    entry.scores = cvss::scores_of(entry.vector);
    entry.good = true;
  }
  return entry.good ? &entry : nullptr;
}

void VectorCache::clear_if_large() {
  if (entries_.size() <= kEntriesMax) return;
  by_text_.clear();
  entries_.clear();
}

}  // namespace tocsin::formats::csaf
