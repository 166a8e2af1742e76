#include "store/sql.hpp"

#include <bit>

#include "base/check.hpp"

namespace tocsin::store {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void Sql::append_text(std::string_view text, std::size_t parameter_count) {
  std::size_t number = parameters_.size();
  std::size_t seen = 0;
  text_.reserve(text_.size() + text.size() + 2 * parameter_count);
  for (const char c : text) {
    if (c == '?') {
      text_ += '$';
      text_ += std::to_string(++number);
      ++seen;
    } else {
      text_ += c;
    }
  }
  TOCSIN_CHECK(seen == parameter_count);
}

Sql& Sql::append(const domain::policy::SqlCondition& condition) {
  text_ += '(';
  append_text(condition.text, condition.parameters.size());
  text_ += ')';
  for (const auto& parameter : condition.parameters) {
    std::visit([this](const auto& value) { parameters_.emplace_back(value); }, parameter);
  }
  return *this;
}

namespace {

template <class T>
void list(std::span<const T> values, std::string& text, std::vector<Value>& parameters) {
  TOCSIN_CHECK(values.size() <= Sql::kListMax);
  if (values.empty()) {
    text += "(NULL)";
    return;
  }
  const auto size = std::bit_ceil(values.size());
  parameters.reserve(parameters.size() + size);
  text += '(';
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) text += ", ";
    parameters.emplace_back(values[std::min(i, values.size() - 1)]);
    text += '$';
    text += std::to_string(parameters.size());
  }
  text += ')';
}

}  // namespace

Sql& Sql::append_list(std::span<const std::int64_t> values) {
  list(values, text_, parameters_);
  return *this;
}

Sql& Sql::append_list(std::span<const std::string> values) {
  list(values, text_, parameters_);
  return *this;
}

Sql& Sql::append(const Sql& other) {
  if (&other == this) return append(Sql{other});
  const auto shift = parameters_.size();
  const std::string_view text = other.text_;
  for (std::size_t i = 0; i < text.size();) {
    text_ += text[i];
    if (text[i++] != '$') continue;
    std::size_t number = 0;
    const auto digits = i;
    while (i < text.size() && is_digit(text[i])) number = number * 10 + static_cast<std::size_t>(text[i++] - '0');
    if (i > digits) text_ += std::to_string(number + shift);
  }
  parameters_.insert(parameters_.end(), other.parameters_.begin(), other.parameters_.end());
  return *this;
}

}  // namespace tocsin::store
