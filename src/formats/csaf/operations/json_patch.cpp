#include "formats/csaf/operations/json_patch.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;

/// Number of values in `json`, itself included, and how deep they nest (a scalar: 0). Stops counting at `max`.
struct Extent {
  std::size_t values = 0;
  std::size_t depth = 0;
};
void measure(const value& json, std::size_t depth, std::size_t max, Extent& extent) {
  if (++extent.values > max) return;
  if (!json.is_structured()) return;
  extent.depth = std::max(extent.depth, depth + 1);
  if (const auto* array = json.if_array()) {
    for (const auto& each : *array) measure(each, depth + 1, max, extent);
  } else {
    for (const auto& member : json.get_object()) measure(member.value(), depth + 1, max, extent);
  }
}

/// What an array index stands for, or nothing. Section 4 of RFC 6901: digits without leading zeros.
std::optional<std::size_t> index_of(std::string_view token) noexcept {
  std::size_t index = 0;
  const auto* const end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  if (read.ec != std::errc{} || read.ptr != end || (token.size() > 1 && token.front() == '0')) return std::nullopt;
  return index;
}

std::string shown(std::string_view pointer) {
  return pointer.empty() ? "the whole document" : text::shorten(pointer, 200);
}

Error too_large(std::string message, std::string where) {
  return {.code = Error::Code::too_large, .message = std::move(message), .where = std::move(where), .detail = {}};
}

/// Where a pointer's last token leads: to a member or element of `parent`, there or not yet there.
struct Place {
  value* parent = nullptr;  ///< Null: the whole document.
  std::string key;          ///< Of an object.
  std::size_t index = 0;    ///< Of an array; its size stands for "behind the last one".
  bool exists = false;
};

class Patcher {
 public:
  explicit Patcher(value document) : document_(std::move(document)) {}

  /// One operation; `at_` is its pointer in the patch.
  Status run(const value& operation, std::size_t number) {
    at_ = json::pointer_append("", number);
    if (!operation.is_object()) return bad("", "each operation of a JSON Patch is an object");
    TRY(const auto op, string_of(operation, "op"));
    TRY(const auto path, string_of(operation, "path"));
    if (op == "add" || op == "replace" || op == "test") {
      const auto* wanted = json::find(operation, "value");
      if (wanted == nullptr) return bad("", fmt::format("the operation '{}' needs a member value", op));
      if (op == "test") return test(path, *wanted);
      if (op == "replace") return replace(path, *wanted);
      return put(path, *wanted);
    }
    if (op == "remove") {
      TRY_VOID(take_out(path, "/path"));
      return ok();
    }
    if (op == "move" || op == "copy") {
      TRY(const auto from, string_of(operation, "from"));
      return op == "move" ? move(from, path) : copy(from, path);
    }
    return bad("/op", fmt::format("'{}' is none of add, remove, replace, move, copy, test", text::shorten(op, 40)));
  }

  value release() { return std::move(document_); }

 private:
  /// `below`: the member of the operation that is at fault.
  Error bad(std::string_view below, std::string message) const {
    return Error::invalid(std::move(message), at_ + std::string{below});
  }

  Result<std::string> string_of(const value& operation, std::string_view key) {
    const auto* found = json::find(operation, key);
    if (found == nullptr) return bad("", fmt::format("the operation has no member {}", key));
    if (!found->is_string()) return bad(json::pointer_append("", key), fmt::format("{} is a string", key));
    return std::string{found->get_string()};
  }

  Result<Place> find(std::string_view pointer, std::string_view below) {
    const auto refused = [&](std::string message) { return bad(below, std::move(message)); };
    Place place;
    if (pointer.empty()) {
      place.exists = true;
      return place;
    }
    if (pointer.front() != '/') {
      return refused(fmt::format("'{}' is no JSON Pointer: it begins with /", text::shorten(pointer, 200)));
    }
    value* here = &document_;
    std::size_t depth = 0;
    for (std::size_t begin = 1; begin <= pointer.size(); ++depth) {
      const auto end = std::min(pointer.find('/', begin), pointer.size());
      const auto token = json::pointer_token(pointer.substr(begin, end - begin));
      if (!token) {
        return refused(fmt::format("'{}' is no JSON Pointer: behind ~ stands 0 or 1", text::shorten(pointer, 200)));
      }
      if (depth >= kPatchDepthMax) return refused(fmt::format("the pointer has more than {} parts", kPatchDepthMax));
      const bool last = end == pointer.size();
      place = {.parent = here, .key = {}, .index = 0, .exists = false};
      value* next = nullptr;
      if (auto* object = here->if_object()) {
        next = object->if_contains(*token);
        place.key = *token;
      } else if (auto* array = here->if_array()) {
        const auto index = *token == "-" ? std::optional{array->size()} : index_of(*token);
        if (!index) {
          return refused(fmt::format("'{}' stands for an element of the array {}, so it is a number or -",
                                     text::shorten(*token, 40), shown(pointer.substr(0, begin - 1))));
        }
        place.index = *index;
        if (*index < array->size()) {
          next = &(*array)[*index];
        } else if (!last || *index > array->size()) {
          return refused(fmt::format("the array {} has only {}", shown(pointer.substr(0, begin - 1)),
                                     text::count_of(static_cast<long long>(array->size()), "element", "elements")));
        }
      } else {
        return refused(fmt::format("{} is neither an object nor an array: nothing can stand in it",
                                   shown(pointer.substr(0, begin - 1))));
      }
      if (next == nullptr && !last) return refused(fmt::format("there is no {}", shown(pointer.substr(0, end))));
      place.exists = next != nullptr;
      here = next;
      begin = end + 1;
    }
    return place;
  }

  value& at(const Place& place) {
    if (place.parent == nullptr) return document_;
    if (auto* object = place.parent->if_object()) return object->at(place.key);
    return place.parent->get_array().at(place.index);
  }

  /// Where something stands that has to be there.
  Result<Place> find_existing(std::string_view pointer, std::string_view below) {
    TRY(auto place, find(pointer, below));
    if (!place.exists) return bad(below, fmt::format("there is no {}", shown(pointer)));
    return place;
  }

  /// Keeps what comes in within the limits; `pointer` is where it goes.
  Status admit(const value& incoming, std::string_view pointer) {
    Extent extent;
    measure(incoming, 0, kPatchValuesMax, extent);
    values_ += extent.values;
    if (values_ > kPatchValuesMax) {
      return too_large(fmt::format("the patch brings in more than {} values", kPatchValuesMax), at_);
    }
    const auto parts = static_cast<std::size_t>(std::ranges::count(pointer, '/'));
    if (parts + extent.depth > kPatchDepthMax) {
      return bad("/path", fmt::format("the result would be nested deeper than {} levels", kPatchDepthMax));
    }
    return ok();
  }

  Status put(std::string_view pointer, value incoming) {
    TRY(const auto place, find(pointer, "/path"));
    TRY_VOID(admit(incoming, pointer));
    if (place.parent == nullptr) {
      document_ = std::move(incoming);
    } else if (auto* object = place.parent->if_object()) {
      (*object)[place.key] = std::move(incoming);
    } else {
      auto& array = place.parent->get_array();
      array.insert(array.begin() + static_cast<std::ptrdiff_t>(place.index), std::move(incoming));
    }
    return ok();
  }

  Result<value> take_out(std::string_view pointer, std::string_view below) {
    TRY(const auto place, find_existing(pointer, below));
    if (place.parent == nullptr) return bad(below, "the whole document cannot be taken out");
    value taken = std::move(at(place));
    if (auto* object = place.parent->if_object()) {
      // erase() would put the last member in its place.
      object->stable_erase(place.key);
    } else {
      auto& array = place.parent->get_array();
      array.erase(array.begin() + static_cast<std::ptrdiff_t>(place.index));
    }
    return taken;
  }

  Status replace(std::string_view pointer, const value& incoming) {
    TRY(const auto place, find_existing(pointer, "/path"));
    TRY_VOID(admit(incoming, pointer));
    at(place) = incoming;
    return ok();
  }

  Status move(std::string_view from, std::string_view to) {
    if (from == to) {
      TRY_VOID(find_existing(from, "/from"));
      return ok();
    }
    if (to.starts_with(from) && to.substr(from.size()).starts_with('/')) {
      return bad("/path", fmt::format("{} cannot move into itself", shown(from)));
    }
    TRY(auto taken, take_out(from, "/from"));
    return put(to, std::move(taken));
  }

  Status copy(std::string_view from, std::string_view to) {
    TRY(const auto place, find_existing(from, "/from"));
    return put(to, at(place));
  }

  Status test(std::string_view pointer, const value& wanted) {
    TRY(const auto place, find_existing(pointer, "/path"));
    const auto& there = at(place);
    if (equal_json(there, wanted)) return ok();
    return bad("", fmt::format("the test fails: {} is {}, not {}", shown(pointer),
                               text::shorten(json::write(there), 80), text::shorten(json::write(wanted), 80)));
  }

  value document_;
  std::size_t values_ = 0;
  std::string at_;
};

}  // namespace

bool equal_json(const value& a, const value& b) noexcept {
  if (a.is_number() && b.is_number()) {
    // Whole numbers beyond 2^53 have no double of their own.
    if (!a.is_double() && !b.is_double()) return a == b;
    return a.to_number<double>() == b.to_number<double>();
  }
  if (a.kind() != b.kind()) return false;
  if (const auto* array = a.if_array()) {
    const auto& other = b.get_array();
    return std::ranges::equal(*array, other, [](const value& x, const value& y) { return equal_json(x, y); });
  }
  if (const auto* object = a.if_object()) {
    const auto& other = b.get_object();
    return object->size() == other.size() && std::ranges::all_of(*object, [&](const auto& member) {
             const auto* twin = other.if_contains(member.key());
             return twin != nullptr && equal_json(member.value(), *twin);
           });
  }
  return a == b;
}

Result<value> apply_patch(const value& document, const value& patch) {
  const auto* operations = patch.if_array();
  if (operations == nullptr) return Error::invalid("a JSON Patch (RFC 6902) is an array of operations");
  if (operations->size() > kPatchOperationsMax) {
    return too_large(fmt::format("a patch has at most {} operations", kPatchOperationsMax), "");
  }
  Patcher patcher{value(document, boost::json::storage_ptr())};
  for (std::size_t i = 0; i < operations->size(); ++i) TRY_VOID(patcher.run((*operations)[i], i));
  return patcher.release();
}

}  // namespace tocsin::formats::csaf
