#include "formats/csaf/validate/tape.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr std::uint32_t kCountSaturated = 0xFFFFFF;
/// Memory for a larger document is not kept for the next one.
constexpr std::size_t kKeptBytes = 8 << 20;

}  // namespace

std::optional<double> Node::number() const noexcept {
  switch (tag()) {
    case 'l':
      return static_cast<double>(static_cast<std::int64_t>(tape_[at_ + 1]));
    case 'u':
      return static_cast<double>(tape_[at_ + 1]);
    case 'd':
      return std::bit_cast<double>(tape_[at_ + 1]);
    default:
      return std::nullopt;
  }
}

std::size_t Node::size() const noexcept {
  if (!is_object() && !is_array()) return 0;
  const auto count = static_cast<std::uint32_t>(tape_[at_] >> 32) & kCountSaturated;
  if (count < kCountSaturated) return count;
  std::size_t counted = 0;
  if (is_object()) {
    for ([[maybe_unused]] const auto each : members()) ++counted;
  } else {
    for ([[maybe_unused]] const auto each : elements()) ++counted;
  }
  return counted;
}

std::string Node::pointer_from(const Node& ancestor) const {
  std::string pointer;
  Node here = ancestor;
  while (here && here.at_ != at_) {
    const auto holds = [&](const Node& child) { return child.at_ <= at_ && at_ < child.end(); };
    Node next;
    if (here.is_object()) {
      for (const auto member : here.members()) {
        if (!holds(member.value)) continue;
        pointer = json::pointer_append(pointer, member.name);
        next = member.value;
        break;
      }
    } else {
      std::size_t index = 0;
      for (const auto element : here.elements()) {
        if (holds(element)) {
          pointer = json::pointer_append(pointer, index);
          next = element;
          break;
        }
        ++index;
      }
    }
    here = next;
  }
  return pointer;
}

boost::json::value Node::to_value() const {
  switch (tag()) {
    case '{': {
      boost::json::object object;
      for (const auto member : members()) object.emplace(member.name, member.value.to_value());
      return object;
    }
    case '[': {
      boost::json::array array;
      for (const auto element : elements()) array.push_back(element.to_value());
      return array;
    }
    case '"':
      return boost::json::value(text());
    case 'l':
      return static_cast<std::int64_t>(tape_[at_ + 1]);
    case 'u':
      return tape_[at_ + 1];
    case 'd':
      return std::bit_cast<double>(tape_[at_ + 1]);
    case 't':
      return true;
    case 'f':
      return false;
    default:
      return nullptr;
  }
}

void append_canonical(std::string& out, Node json) {
  if (json.is_object()) {
    std::vector<Member> members;
    for (const auto member : json.members()) members.push_back(member);
    std::ranges::sort(members, {}, &Member::name);
    out += '{';
    for (const auto& member : members) {
      json::write_string(out, member.name);
      out += ':';
      append_canonical(out, member.value);
      out += ',';
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    for (const auto element : json.elements()) {
      append_canonical(out, element);
      out += ',';
    }
    out += ']';
  } else if (const auto number = json.number()) {
    json::write(out, boost::json::value(*number));
  } else {
    json::write(out, json.to_value());
  }
}

struct TapeReader::State {
  simdjson::dom::parser parser;
  simdjson::dom::document document;
};

TapeReader::TapeReader() : state_(std::make_unique<State>()) {}
TapeReader::~TapeReader() = default;
TapeReader::TapeReader(TapeReader&&) noexcept = default;
TapeReader& TapeReader::operator=(TapeReader&&) noexcept = default;

Result<Node> TapeReader::read(std::string_view bytes, const json::Limits& limits) {
  if (bytes.size() > limits.bytes_max) return Error::too_large("document", limits.bytes_max);
  if (state_->parser.capacity() > kKeptBytes && bytes.size() <= kKeptBytes) state_ = std::make_unique<State>();
  auto& parser = state_->parser;
  // simdjson refuses the depth it is given, and does not count empty containers.
  if (parser.max_depth() != limits.depth_max + 1) {
    if (parser.allocate(std::max<std::size_t>(bytes.size(), 1024), limits.depth_max + 1) != simdjson::SUCCESS) {
      return Error::too_large("document", limits.bytes_max);
    }
  }
  const auto parsed = parser.parse_into_document(state_->document, bytes.data(), bytes.size());
  if (parsed.error() == simdjson::SUCCESS) {
    return Node{state_->document.tape.get(), reinterpret_cast<const char*>(state_->document.string_buf.get()), 1};
  }
  // It only says that something is wrong: the slower parser says what and where.
  if (const auto told = json::parse(bytes, limits); !told) return std::move(told).error();
  // The slower one takes numbers without end and rounds them.
  if (parsed.error() == simdjson::NUMBER_ERROR) {
    return Error::invalid(std::string{kNumberTooLarge});
  }
  return Error::invalid(fmt::format("the document cannot be read: {}", simdjson::error_message(parsed.error())));
}

}  // namespace tocsin::formats::csaf
