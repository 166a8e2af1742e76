#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

/// Changes to a document that keep the order of its members. Internal to operations/.
namespace tocsin::formats::csaf::edit {

// Tolerant access: what is absent or of another type is null.
boost::json::value* find(boost::json::value& object, std::string_view key) noexcept;
boost::json::object* find_object(boost::json::value& object, std::string_view key) noexcept;
boost::json::array* find_array(boost::json::value& object, std::string_view key) noexcept;

/// Sets a member: in its place where it is there, else where its name belongs in an object sorted by name, as 2.1
/// recommends them (test 6.2.13), and at the end of any other.
void put(boost::json::object& object, std::string_view key, boost::json::value value);
/// Takes a member away; the others stay where they are. False: there was none.
bool remove(boost::json::object& object, std::string_view key);
/// The array at a member, made where there is none.
boost::json::array& array_at(boost::json::object& object, std::string_view key);

}  // namespace tocsin::formats::csaf::edit
