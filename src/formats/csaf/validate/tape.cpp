#include "formats/csaf/validate/tape.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr std::uint32_t kCountSaturated = 0xFFFFFF;
/// Memory for a larger document is not kept for the next one.
constexpr std::size_t kKeptBytes = 8 << 20;
/// A pointer never is as long as a document's longest name: there may be a thousand of them.
constexpr std::size_t kPointerBytesMax = 4 << 10;

/// "LINE:COLUMN" of the first integer of a well-formed text that 64 bits cannot hold; empty where there is none.
std::string place_of_large_integer(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t line = 1, line_begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
      ++at;
    } else if (c == '-' || is_digit(c)) {
      const auto end = std::min(text.find_first_not_of("+-.eE0123456789", at), text.size());
      const auto digits = text.substr(at, end - at);
      std::int64_t small = 0;
      std::uint64_t large = 0;
      const auto* const last = digits.data() + digits.size();
      if (std::ranges::all_of(digits.substr(c == '-' ? 1 : 0), is_digit) &&
          std::from_chars(digits.data(), last, small).ec != std::errc{} &&
          (c == '-' || std::from_chars(digits.data(), last, large).ec != std::errc{})) {
        return fmt::format("{}:{}", line, at - line_begin + 1);
      }
      at = end;
    } else {
      ++at;
      if (c != '\n') continue;
      ++line;
      line_begin = at;
    }
  }
  return {};
}

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
        if (pointer.size() + member.name.size() > kPointerBytesMax) return pointer;
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
  bool is_large = false;
};

TapeReader::TapeReader() : state_(std::make_unique<State>()) {}
TapeReader::~TapeReader() = default;
TapeReader::TapeReader(TapeReader&&) noexcept = default;
TapeReader& TapeReader::operator=(TapeReader&&) noexcept = default;

Result<Node> TapeReader::read(std::string_view bytes, const json::Limits& limits) {
  if (bytes.size() > limits.bytes_max) return Error::too_large("document", limits.bytes_max);
  if (state_->is_large) state_ = std::make_unique<State>();
  auto& parser = state_->parser;
  // simdjson refuses the depth it is given, and does not count empty containers.
  if (parser.max_depth() != limits.depth_max + 1) {
    if (parser.allocate(std::max<std::size_t>(bytes.size(), 1024), limits.depth_max + 1) != simdjson::SUCCESS) {
      return Error::too_large("document", limits.bytes_max);
    }
  }
  const auto parsed = parser.parse_into_document(state_->document, bytes.data(), bytes.size());
  state_->is_large = bytes.size() > kKeptBytes;
  if (parsed.error() == simdjson::SUCCESS) {
    // What it needed to find the way is not needed any more, and half as large as the document.
    if (state_->is_large) parser = simdjson::dom::parser{};
    return Node{state_->document.tape.get(), reinterpret_cast<const char*>(state_->document.string_buf.get()), 1};
  }
  // It only says that something is wrong: the slower parser says what and where.
  if (const auto told = json::parse(bytes, limits); !told) return std::move(told).error();
  // The slower one takes numbers without end and rounds them.
  if (parsed.error() == simdjson::NUMBER_ERROR) {
    return Error::invalid(std::string{kNumberTooLarge}, place_of_large_integer(bytes));
  }
  return Error::invalid(fmt::format("the document cannot be read: {}", simdjson::error_message(parsed.error())));
}

}  // namespace tocsin::formats::csaf
