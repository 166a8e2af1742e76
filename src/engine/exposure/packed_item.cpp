#include "engine/exposure/packed_item.hpp"

#include <cstddef>

namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;

/// Strings one behind the other, each with its length.
class Writer {
 public:
  void put(std::string_view text) {
    count(text.size());
    out += text;
  }
  void count(std::size_t number) {
    for (;; number >>= 7U) {
      out += static_cast<char>((number & 0x7FU) | (number > 0x7FU ? 0x80U : 0U));
      if (number <= 0x7FU) break;
    }
  }
  std::string out;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take() {
    const auto length = count();
    const auto text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return text;
  }
  std::size_t count() {
    std::size_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<std::size_t>(byte & 0x7FU) << shift;
      if (byte < 0x80U) return number;
    }
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string pack(const Item& item, bool with_name) {
  Writer writer;
  for (const auto* text : {&item.vendor, &item.family, &item.product, &item.model, &item.hardware, &item.cpe}) {
    writer.put(*text);
  }
  writer.put(with_name ? std::string_view{item.name} : std::string_view{});
  writer.count(item.versions.size());
  for (const auto& version : item.versions) {
    writer.put(version.component);
    writer.put(version.text);
  }
  writer.count(item.purls.size());
  for (const auto& purl : item.purls) writer.put(purl);
  return std::move(writer.out);
}

Item unpack(std::string_view bytes) {
  Item item;
  Reader reader{bytes};
  for (auto* text : {&item.vendor, &item.family, &item.product, &item.model, &item.hardware, &item.cpe, &item.name}) {
    *text = reader.take();
  }
  for (auto left = reader.count(); left > 0; --left) {
    auto& version = item.versions.emplace_back();
    version.component = reader.take();
    version.text = reader.take();
  }
  for (auto left = reader.count(); left > 0; --left) item.purls.emplace_back(reader.take());
  return item;
}

}  // namespace tocsin::engine::exposure
