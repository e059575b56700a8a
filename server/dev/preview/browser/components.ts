/** Every SDK component that our views use, as the preview draws it. */
import { Button, ButtonGroup, Link } from './components/actions';
import { Badge, Banner, Sparkline, Spinner } from './components/feedback';
import { Checkbox, Option, Radio, Select, Switch, TextArea, TextField } from './components/inputs';
import { Accordion, AccordionItem, Box, Divider, Inline } from './components/layout';
import { List, ListItem, PropertyList, PropertyListItem, TaskList, TaskListItem } from './components/lists';
import { ContextView, FocusView, OnboardingView, SettingsView, SignInView } from './components/views';

export const COMPONENTS = {
  Accordion,
  AccordionItem,
  Badge,
  Banner,
  Box,
  Button,
  ButtonGroup,
  Checkbox,
  ContextView,
  Divider,
  FocusView,
  Inline,
  Link,
  List,
  ListItem,
  OnboardingView,
  PropertyList,
  PropertyListItem,
  Radio,
  Select,
  SettingsView,
  SignInView,
  Sparkline,
  Spinner,
  Switch,
  TaskList,
  TaskListItem,
  TextArea,
  TextField,
  option: Option,
};
